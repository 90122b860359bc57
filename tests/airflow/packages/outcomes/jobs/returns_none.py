def entrypoint(argv):
    pass


JOB = (entrypoint, "Returns nothing")
