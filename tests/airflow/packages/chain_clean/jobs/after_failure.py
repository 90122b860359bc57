def entrypoint(argv):
    return 0


JOB = (entrypoint, "Waits for jobs that never succeed")
JOB_CONFIG = {"after": {"any": ["chain_raw.fails", "chain_raw.skips"]}}
