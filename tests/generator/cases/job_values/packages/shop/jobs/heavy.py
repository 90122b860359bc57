JOB = (print, "A job")
JOB_CONFIG = {"resources": {"cpu": 1}}
