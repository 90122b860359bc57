def entrypoint(argv):
    return 7


JOB = (entrypoint, "Fails and sends notifications")
JOB_CONFIG = {"notify": {"on_failure": ["slack:data-alerts", "email:team@example.com"]}}
