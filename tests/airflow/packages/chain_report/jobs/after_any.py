def entrypoint(argv):
    return 0


JOB = (entrypoint, "Runs after any of its upstream jobs")
JOB_CONFIG = {"after": {"any": ["chain_clean.transform", "chain_raw.fails"]}}
