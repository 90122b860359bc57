JOB = (print, "A job")
JOB_CONFIG = {"tags": [tag for tag in ()]}
