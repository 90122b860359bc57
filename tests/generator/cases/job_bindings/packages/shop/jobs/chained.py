JOB = OTHER = (print, "text")
