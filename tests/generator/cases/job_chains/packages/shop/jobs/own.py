JOB = (print, "A job")
JOB_CONFIG = {"after": ["shop.own"]}
