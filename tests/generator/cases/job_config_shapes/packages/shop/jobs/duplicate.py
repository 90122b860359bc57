JOB = (print, "A job")
JOB_CONFIG = {"retries": 1, "retries": 2}
