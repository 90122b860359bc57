JOB = (print, "A device of another system")
