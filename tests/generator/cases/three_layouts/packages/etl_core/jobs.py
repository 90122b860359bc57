def entrypoint(argv):
    return 0


JOB = (entrypoint, "jobs as a file")
