JOB = (print, "With a mark")
