def entrypoint(argv):
    return 0


JOB = (entrypoint, "The third of a chain")
JOB_CONFIG = {"after": ["chain_raw.extract", "chain_clean.transform"]}
