def entrypoint(argv):
    return 1


JOB = (entrypoint, "Fails while other jobs wait for it")
