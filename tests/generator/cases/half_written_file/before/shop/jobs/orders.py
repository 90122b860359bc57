JOB = (print, "Load orders")
