JOB = (print, "í €")
