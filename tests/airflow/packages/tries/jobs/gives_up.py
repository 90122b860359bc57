def entrypoint(argv):
    return 98


JOB = (entrypoint, "Asks not to be retried")
JOB_CONFIG = {"retries": 3}
