def entrypoint(argv):
    return 0


JOB = (entrypoint, "Waits for what never succeeds")
JOB_CONFIG = {"after": {"any": ["chain_raw.fails", "chain_raw.skips"]}}
