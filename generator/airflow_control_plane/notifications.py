"""Notifies people how a run ended, by Slack and e-mail, through Airflow's providers and connections.

Nothing here can make a run fail: every error is logged, and the run goes on.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Mapping, Sequence
from typing import Any

log = logging.getLogger(__name__)

_LONGEST_ERROR = 1000
_VERBS = {"on_failure": "failed", "on_success": "succeeded", "on_retry": "failed and will be retried"}


def notify(event: str, targets: Sequence[str], context: Mapping[str, Any]) -> None:
    """Sends a message about the end of a try to each target. Called by Airflow in the task's own process."""
    try:
        subject, details = _of_try(event, context)
    except Exception:
        return log.exception("Nobody is notified that a run %s: the message could not be created", _VERBS[event])
    for target in targets:
        try:
            _notifier(target, subject, details).notify(context)
        except Exception:
            log.exception("%s could not be notified: %s", target, subject)
        else:
            log.info("Notified %s: %s", target, subject)


async def deadline_missed(job: str, targets: Sequence[str], context: Mapping[str, Any] | None = None) -> None:
    """Sends a message about a missed deadline to each target. Called by Airflow in the triggerer."""
    subject, details = _of_deadline(job, context or {})
    log.warning(subject)
    for target in targets:
        try:
            await _notifier(target, subject, details).async_notify(context or {})
        except Exception:
            log.exception("%s could not be notified: %s", target, subject)


def _of_try(event: str, context: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    instance, error = context["ti"], context.get("exception")
    details = {"run": instance.run_id, "try": str(instance.try_number)}
    exit_code = getattr(error, "exit_code", None) or getattr(getattr(error, "__cause__", None), "exit_code", None)
    if exit_code is not None:
        details["exit code"] = str(exit_code)
    elif error:
        details["error"] = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
    return f"{instance.dag_id} {_VERBS[event]}", {**details, "log": instance.log_url}


def _of_deadline(job: str, context: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Says that the deadline was missed, not that the run is still active: a deadline also fires after a failed run."""
    run, deadline = context.get("dag_run") or {}, context.get("deadline") or {}
    details = {"run": str(run.get("dag_run_id", "unknown")), "deadline": str(deadline.get("deadline_time", "unknown"))}
    return f"{job} missed its deadline", details


def _notifier(target: str, subject: str, details: Mapping[str, str]) -> Any:
    """The provider's notifier for "slack:CONNECTION" or "email:ADDRESS". Raises ImportError without the provider."""
    kind, _, where = target.partition(":")
    if kind == "slack":
        from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier

        lines = [f"*{subject}*", *(f"{name}: {html.escape(value, quote=False)}" for name, value in details.items())]
        return SlackWebhookNotifier(slack_webhook_conn_id=where, text="\n".join(lines))
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    rows = "".join(f"<p>{name}: {_linked(html.escape(value))}</p>" for name, value in details.items())
    return SmtpNotifier(to=where, subject=subject, html_content=f"<h3>{html.escape(subject)}</h3>{rows}")


def _linked(value: str) -> str:
    return f'<a href="{value}">{value}</a>' if value.startswith(("http://", "https://")) else value
