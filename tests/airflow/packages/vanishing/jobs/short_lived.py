def entrypoint(argv):
    return 0


JOB = (entrypoint, "Is gone when its run starts")
