JOB = (print, "A job")
JOB_CONFIG = {"schedule": "@daily"}
