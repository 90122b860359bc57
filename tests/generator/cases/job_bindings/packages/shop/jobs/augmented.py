JOB += (print, "text")
