if print:
    JOB = (print, "text")
