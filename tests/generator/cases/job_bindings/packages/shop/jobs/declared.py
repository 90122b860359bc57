JOB: tuple
JOB = (print, "Declared first")
