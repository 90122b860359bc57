JOB = (print, "A job")
JOB_CONFIG = {"enabled": False}
