JOB = (print, "A job")
