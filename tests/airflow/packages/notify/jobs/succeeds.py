def entrypoint(argv):
    return 0


JOB = (entrypoint, "Succeeds and sends a notification")
JOB_CONFIG = {"notify": {"on_success": ["email:team@example.com"], "on_failure": ["slack:data-alerts"]}}
