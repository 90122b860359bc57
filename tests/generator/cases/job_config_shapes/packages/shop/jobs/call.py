JOB = (print, "A job")
JOB_CONFIG = {"retries": int("2")}
