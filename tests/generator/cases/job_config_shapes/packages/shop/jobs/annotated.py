JOB = (print, "A job")
JOB_CONFIG: dict = {"retries": 2}
