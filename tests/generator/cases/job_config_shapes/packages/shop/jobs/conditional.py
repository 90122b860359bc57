JOB = (print, "A job")
if print:
    JOB_CONFIG = {}
