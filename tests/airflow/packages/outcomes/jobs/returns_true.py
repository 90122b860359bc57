def entrypoint(argv):
    return True


JOB = (entrypoint, "Returns True")
