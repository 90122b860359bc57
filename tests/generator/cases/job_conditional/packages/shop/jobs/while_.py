while True:
    JOB = (print, "text")
    break
