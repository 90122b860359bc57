JOB = None
