JOB = (print, "A job")
JOB_CONFIG = {"group": f"{print}"}
