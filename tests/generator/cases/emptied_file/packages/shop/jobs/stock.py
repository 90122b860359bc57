def entrypoint(argv):
    return 0


JOB = (entrypoint, "Count stock")
