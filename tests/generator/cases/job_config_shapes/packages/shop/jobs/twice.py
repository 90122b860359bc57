JOB = (print, "A job")
JOB_CONFIG = {}
JOB_CONFIG = {}
