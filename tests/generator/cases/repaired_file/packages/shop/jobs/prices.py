def entrypoint(argv):
    return 0


JOB = (entrypoint, "Load prices")
