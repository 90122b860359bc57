"""What the sync loop reports about itself: a value, and its forms for machines and for people."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_control_plane.dag_generator.plan import PENDING, Action, Plan
from airflow_control_plane.model.problem import Problem, Severity
from airflow_control_plane.model.text import printable
from airflow_control_plane.sync.synchronizer import PassResult
from airflow_control_plane.version import VERSION

DEFAULT_PORT = 8975
_PREFIX = "airflow_control_plane"
_HEARTBEAT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Status:
    """The state after a pass. Times are seconds since the epoch, the duration is in seconds.

    `error` says why the last pass failed; `result` is then that of the last good one. `settings_error` says what is
    wrong with the settings file; its last valid version is then in force.
    """

    dags_dir: str
    result: PassResult | None = None
    error: str = ""
    settings_error: str = ""
    last_attempt: float = 0.0
    last_success: float = 0.0
    duration: float = 0.0
    failures: int = 0
    changes: Mapping[Action, int] = field(default_factory=lambda: dict.fromkeys(PENDING, 0))

    @property
    def is_complete(self) -> bool:
        return bool(self.result and not self.result.catalog.incomplete) and not self.error and not self.settings_error


class Board:
    """Where the loop posts its status and its heartbeat, and the server reads them."""

    def __init__(self, status: Status) -> None:
        self.status = status
        self.beat()

    def beat(self) -> None:
        self._last_beat = time.monotonic()

    @property
    def silence(self) -> str:
        """What is wrong if the loop has shown no sign of life for too long, else an empty string."""
        is_alive = time.monotonic() - self._last_beat < _HEARTBEAT_SECONDS
        return "" if is_alive else f"the sync loop has not moved for {_HEARTBEAT_SECONDS} s"


def added(changes: Mapping[Action, int], plan: Plan) -> dict[Action, int]:
    return {action: count + len(plan.of(action)) for action, count in changes.items()}


def to_dict(status: Status, timestamp: str) -> dict[str, Any]:
    """The document of /status. `timestamp` is the time of the last good pass as ISO 8601, or empty."""
    incomplete = status.result.catalog.incomplete if status.result else ()
    plan = status.result.plan if status.result else None
    return {
        "version": VERSION,
        "dags_dir": status.dags_dir,
        "complete": status.is_complete,
        "error": "; ".join(filter(None, (status.error, status.settings_error, *incomplete))),
        "last_sync": timestamp,
        "jobs": [
            {
                "dag_id": job.dag_id,
                "package_name": job.package_name,
                "job_name": job.job_name,
                "description": job.description,
                "source": job.source,
            }
            for job in (plan.jobs if plan else ())
        ],
        "problems": [problem.to_dict() for problem in (plan.problems if plan else ())],
        "held_back": [
            {"file": step.filename, "source": step.source, "reason": step.reason}
            for step in (plan.of(Action.HOLD) if plan else ())
        ],
    }


def to_metrics(status: Status) -> str:
    """The metrics in Prometheus' text format. Only counts and times: no package or job name becomes a label."""
    plan = status.result.plan if status.result else None
    problems = plan.problems if plan else ()
    gauges = {
        "jobs": len(plan.jobs) if plan else 0,
        "held_back": len(plan.of(Action.HOLD)) if plan else 0,
        "kept": len(plan.of(Action.KEEP)) if plan else 0,
        "complete": int(status.is_complete),
        "last_attempt_timestamp_seconds": status.last_attempt,
        "last_success_timestamp_seconds": status.last_success,
        "pass_duration_seconds": status.duration,
    }
    lines = [f"# TYPE {_PREFIX}_info gauge", f'{_PREFIX}_info{{version="{VERSION}"}} 1']
    for name, value in gauges.items():
        lines += [f"# TYPE {_PREFIX}_{name} gauge", f"{_PREFIX}_{name} {value}"]
    lines.append(f"# TYPE {_PREFIX}_problems gauge")
    for severity in Severity:
        count = sum(problem.severity is severity for problem in problems)
        lines.append(f'{_PREFIX}_problems{{severity="{severity.value}"}} {count}')
    lines += [f"# TYPE {_PREFIX}_failures_total counter", f"{_PREFIX}_failures_total {status.failures}"]
    lines.append(f"# TYPE {_PREFIX}_changes_total counter")
    lines += [f'{_PREFIX}_changes_total{{action="{a.value}"}} {count}' for a, count in status.changes.items()]
    return "\n".join(lines) + "\n"


def to_text(document: Mapping[str, Any]) -> str:
    """The document of /status for a person."""
    problems, held_back = document["problems"], document["held_back"]
    lines = [
        f"{len(document['jobs'])} job(s) in {document['dags_dir']}, last sync {document['last_sync'] or 'never'}",
        *([f"not up to date: {document['error']}"] if document["error"] else []),
        f"{len(problems)} problem(s)",
        *(f"  {Problem.from_dict(problem)}" for problem in problems),
        f"{len(held_back)} DAG(s) whose deletion is held back",
        *(f"  {step['file']}: {step['reason']}" for step in held_back),
    ]
    return "\n".join(map(printable, lines))
