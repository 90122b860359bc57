def entrypoint(argv):
    return 3


JOB = (entrypoint, "Returns 3")
