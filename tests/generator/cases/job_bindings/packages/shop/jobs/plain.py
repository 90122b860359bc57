JOB = (print, "Plain")
