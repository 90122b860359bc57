JOB = (
