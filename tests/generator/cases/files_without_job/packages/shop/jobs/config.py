JOB_CONFIG = {"schedule": "@daily"}
MY_JOB = JOBS = 1
