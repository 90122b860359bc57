def entrypoint(argv):
    return 99


JOB = (entrypoint, "Is skipped while other jobs wait for it")
