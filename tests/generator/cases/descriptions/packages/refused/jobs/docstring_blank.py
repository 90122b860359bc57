"""   """
JOB = (print, f"")
