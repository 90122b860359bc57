import os
from pathlib import Path

TRIES = Path(os.environ["ETL_WORKDIR"]) / "recovers"


def entrypoint(argv):
    is_second_try = TRIES.exists()
    TRIES.parent.mkdir(parents=True, exist_ok=True)
    TRIES.touch()
    return 0 if is_second_try else 5


JOB = (entrypoint, "Fails, then succeeds, and sends a notification for both")
JOB_CONFIG = {
    "retries": 1,
    "retry_delay": "1s",
    "notify": {"on_retry": ["email:team@example.com"], "on_success": ["slack:data-alerts"]},
}
