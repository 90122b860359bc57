def entrypoint(argv):
    return 0


JOB = (entrypoint, "Not a test file")
