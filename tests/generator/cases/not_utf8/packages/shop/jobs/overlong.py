JOB = (print, "À¯")
