JOB = (print, "a\0b")
