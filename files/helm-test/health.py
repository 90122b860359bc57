"""helm test: every component of the release is alive."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from release_api import Failure, await_no_failures, request_json, run_check, setting, where_to_look

# Airflow calls a component unhealthy only after its threshold, which is as long as a rollout may take. A heartbeat is
# due every five seconds.
MAX_HEARTBEAT_AGE_SECONDS = 60
PATIENCE_SECONDS = 90


def problem_of(component: str, report: dict[str, Any], now: datetime) -> str | None:
    """What is wrong with a component according to Airflow's health report, or None."""
    if report.get("status") != "healthy":
        return f"{component} is {report.get('status') or 'not running'}. {where_to_look()}"
    heartbeat = report.get(f"latest_{component}_heartbeat")
    if heartbeat is None:
        return None
    age = (now - datetime.fromisoformat(heartbeat.replace("Z", "+00:00"))).total_seconds()
    if age <= MAX_HEARTBEAT_AGE_SECONDS:
        return None
    return f"{component} had its last heartbeat {age:.0f} seconds ago: it is down or hangs. {where_to_look()}"


def problems() -> list[str]:
    """What is wrong with Airflow or the sidecar."""
    report = request_json(f"{setting('AIRFLOW_URL')}/api/v2/monitor/health")
    now = datetime.now(timezone.utc)
    found = [problem_of(name, report.get(name) or {}, now) for name in setting("COMPONENTS").split()]
    try:
        request_json(f"{setting('DAG_SYNC_URL')}/status")
    except Failure as failure:
        found.append(f"The container dag-sync-sidecar does not report its status: {failure}")
    return [problem for problem in found if problem]


def check() -> str:
    await_no_failures(problems, PATIENCE_SECONDS)
    return f"{', '.join(setting('COMPONENTS').split())} and dag-sync are alive."


if __name__ == "__main__":
    raise SystemExit(run_check(check))
