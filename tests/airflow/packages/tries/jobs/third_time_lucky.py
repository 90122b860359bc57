import os
from pathlib import Path

TRIES = Path(os.environ["ETL_WORKDIR"]) / "third_time_lucky"


def entrypoint(argv):
    TRIES.parent.mkdir(parents=True, exist_ok=True)
    with TRIES.open("a") as tries:
        tries.write("x")
    return 0 if TRIES.read_text() == "xxx" else 5


JOB = (entrypoint, "Succeeds on its third try")
JOB_CONFIG = {"retries": 3, "retry_delay": "2s", "retry_backoff": True}
