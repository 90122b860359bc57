def entrypoint(argv):
    return 0


JOB = (entrypoint, "Of a_b")
