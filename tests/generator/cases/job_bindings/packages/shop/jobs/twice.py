JOB = (print, "one")
JOB = (print, "two")
