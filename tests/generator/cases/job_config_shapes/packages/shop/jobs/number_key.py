JOB = (print, "A job")
JOB_CONFIG = {1: 2}
