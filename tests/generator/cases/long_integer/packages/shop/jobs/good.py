JOB = (print, "Beside it")
