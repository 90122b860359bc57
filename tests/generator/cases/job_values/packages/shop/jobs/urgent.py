JOB = (print, "A job")
JOB_CONFIG = {"deadline": "2h"}
