if not print:
    pass
else:
    JOB = (print, "text")
