def entrypoint(argv):
    return 98


JOB = (entrypoint, "Knows that another try is of no use")
JOB_CONFIG = {"retries": 3}
