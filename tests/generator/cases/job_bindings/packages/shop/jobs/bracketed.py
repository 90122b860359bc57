(JOB) = (print, "Bracketed")
