print(JOB := (print, "text"))
