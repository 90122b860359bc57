def entrypoint(argv):
    return "ok"


JOB = (entrypoint, "Returns a string")
