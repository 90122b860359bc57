JOB = (print, "A job")
JOB_CONFIG = {"retries": RETRIES}
