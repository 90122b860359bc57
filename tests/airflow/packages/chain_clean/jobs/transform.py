def entrypoint(argv):
    return 0


JOB = (entrypoint, "The second of a chain")
JOB_CONFIG = {"after": ["chain_raw.extract"]}
