def entrypoint(argv):
    return 0


JOB = (entrypoint, "Of x")
