def entrypoint(argv):
    return 1


JOB = (entrypoint, "Fails, and others wait for it")
