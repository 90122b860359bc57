"""What the sync loop tells about itself: a value, and its forms for machines and for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_control_plane.dag_generator.plan import Action, Plan
from airflow_control_plane.model.problem import Problem, Severity, printable
from airflow_control_plane.sync.synchronizer import Outcome
from airflow_control_plane.version import VERSION

_PREFIX = "airflow_control_plane"
_CHANGES = (Action.CREATE, Action.UPDATE, Action.DELETE)


@dataclass(frozen=True, slots=True)
class Status:
    """After a pass. `error` says why the last pass failed, then `outcome` is that of the last good one.

    `settings_error` says what is wrong with the settings file, then the last good settings are in force.

    Times are seconds since the epoch, the duration is in seconds.
    """

    dags_dir: str
    outcome: Outcome | None = None
    error: str = ""
    settings_error: str = ""
    last_attempt: float = 0.0
    last_success: float = 0.0
    duration: float = 0.0
    failures: int = 0
    changes: Mapping[Action, int] = field(default_factory=lambda: dict.fromkeys(_CHANGES, 0))

    @property
    def is_complete(self) -> bool:
        return bool(self.outcome and not self.outcome.scan.incomplete) and not self.error and not self.settings_error


def added(changes: Mapping[Action, int], plan: Plan) -> dict[Action, int]:
    return {action: count + len(plan.of(action)) for action, count in changes.items()}


def to_dict(status: Status, timestamp: str) -> dict[str, Any]:
    """The document of /status; `timestamp` is the time of the last good pass as ISO 8601, or empty."""
    outcome = status.outcome
    reasons = (status.error, status.settings_error, *(outcome.scan.incomplete if outcome else ()))
    return {
        "version": VERSION,
        "dags_dir": status.dags_dir,
        "complete": status.is_complete,
        "error": "; ".join(filter(None, reasons)),
        "last_sync": timestamp,
        "jobs": [
            {
                "dag_id": job.dag_id,
                "package": job.package,
                "job": job.name,
                "description": job.description,
                "source": job.source,
            }
            for job in (outcome.plan.jobs if outcome else ())
        ],
        "problems": [problem.to_dict() for problem in (outcome.plan.problems if outcome else ())],
        "held_back": [
            {"file": step.filename, "source": step.source, "reason": step.reason}
            for step in (outcome.plan.of(Action.HOLD) if outcome else ())
        ],
    }


def to_metrics(status: Status) -> str:
    """Prometheus text. Only counts and times: no name of a package or job becomes a label."""
    plan = status.outcome.plan if status.outcome else None
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
        *([f"not in step: {document['error']}"] if document["error"] else []),
        f"{len(problems)} problem(s)",
        *(f"  {Problem(**{**problem, 'severity': Severity(problem['severity'])})}" for problem in problems),
        f"{len(held_back)} DAG(s) of removed jobs held back",
        *(f"  {step['file']}: {step['reason']}" for step in held_back),
    ]
    return "\n".join(map(printable, lines))
