def entrypoint(argv):
    return 98


JOB = (entrypoint, "Knows that another try is of no use, and people are told")
JOB_CONFIG = {"retries": 3, "notify": {"on_failure": ["slack:data-alerts"], "on_retry": ["slack:data-alerts"]}}
