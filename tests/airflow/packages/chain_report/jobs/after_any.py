def entrypoint(argv):
    return 0


JOB = (entrypoint, "Follows whichever comes")
JOB_CONFIG = {"after": {"any": ["chain_clean.transform", "chain_raw.fails"]}}
