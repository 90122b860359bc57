JOB = (print, "Wrong settings")
JOB_CONFIG = {
    "retrys": 2,
    "retries": -1,
    "schedule": "61 * * * *",
    "timezone": "Mars/Olympus",
    "notify": {"on_failure": ["pager:a"]},
}
