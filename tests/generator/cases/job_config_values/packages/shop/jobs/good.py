JOB = (print, "Good settings")
JOB_CONFIG = {
    "schedule": "0 3 * * mon-fri",
    "timezone": "Europe/Berlin",
    "retries": 3,
    "tags": ("nightly",),
}
