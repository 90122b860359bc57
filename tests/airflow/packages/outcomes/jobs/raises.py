def entrypoint(argv):
    raise LookupError("no such customer")


JOB = (entrypoint, "Raises an exception")
