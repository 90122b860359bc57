# one

JOB = (print, "Form feed")
