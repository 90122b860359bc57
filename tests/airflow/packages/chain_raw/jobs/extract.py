def entrypoint(argv):
    return 0


JOB = (entrypoint, "The first of a chain")
