JOB = (print, "a\ud800b")
