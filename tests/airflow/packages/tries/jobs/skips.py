def entrypoint(argv):
    return 99


JOB = (entrypoint, "Has nothing to do")
JOB_CONFIG = {"retries": 3}
