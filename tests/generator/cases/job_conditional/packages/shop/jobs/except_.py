try:
    pass
except OSError as JOB:
    pass
