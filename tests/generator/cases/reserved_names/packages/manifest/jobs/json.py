JOB = (print, "text")
