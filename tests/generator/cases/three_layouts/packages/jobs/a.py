def entrypoint(argv):
    return 0


JOB = (entrypoint, "No package either")
