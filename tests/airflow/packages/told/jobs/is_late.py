import time


def entrypoint(argv):
    time.sleep(40)


JOB = (entrypoint, "Takes longer than it should")
JOB_CONFIG = {"deadline": "5s", "notify": {"on_deadline": ["slack:data-alerts", "email:team@example.com"]}}
