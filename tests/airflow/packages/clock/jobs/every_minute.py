import time


def entrypoint(argv):
    time.sleep(3)


JOB = (entrypoint, "Runs every minute once unpaused, and always misses its deadline")
JOB_CONFIG = {
    "schedule": "* * * * *",
    "timezone": "Asia/Kolkata",
    "paused": True,
    "deadline": "1s",
    "notify": {"on_deadline": ["slack:data-alerts"]},
}
