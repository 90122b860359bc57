JOB = (print, "A job")
JOB_CONFIG = {**{}, "retries": 2}
