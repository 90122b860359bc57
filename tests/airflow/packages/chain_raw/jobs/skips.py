def entrypoint(argv):
    return 99


JOB = (entrypoint, "Is skipped, and others wait for it")
