def entrypoint(argv):
    return 0


JOB = (entrypoint, "job_3")
