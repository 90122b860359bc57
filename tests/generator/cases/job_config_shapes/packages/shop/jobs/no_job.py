JOB_CONFIG = {"retrys": open("was_run", "w")}
