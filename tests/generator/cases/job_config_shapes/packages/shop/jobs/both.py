JOB = print
JOB_CONFIG = {"retrys": 2}
