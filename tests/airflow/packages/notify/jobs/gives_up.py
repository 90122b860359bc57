def entrypoint(argv):
    return 98


JOB = (entrypoint, "Asks not to be retried, and sends a notification")
JOB_CONFIG = {"retries": 3, "notify": {"on_failure": ["slack:data-alerts"], "on_retry": ["slack:data-alerts"]}}
