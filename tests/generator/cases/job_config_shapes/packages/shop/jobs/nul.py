JOB = (print, "A job")
JOB_CONFIG = {"args": ["\0"]}
