def entrypoint(argv):
    return 0


JOB = (entrypoint, "Is deleted before its run starts")
