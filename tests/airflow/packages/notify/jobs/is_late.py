import time


def entrypoint(argv):
    time.sleep(40)


JOB = (entrypoint, "Misses its deadline")
JOB_CONFIG = {"deadline": "5s", "notify": {"on_deadline": ["slack:data-alerts", "email:team@example.com"]}}
