with open(__file__) as JOB:
    pass
