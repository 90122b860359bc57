"""The text of a job's DAG file, as a careful engineer would write it by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from airflow_control_plane.dag_generator.generated_file import marker
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.settings import JobSettings
from airflow_control_plane.model.text import literal

Arguments = Iterable[tuple[str, str]]

# These are callbacks of the task, not of the DAG, because the task knows the try and its exit code.
_CALLBACKS = ("on_failure", "on_success", "on_retry")
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60))


def render_dag(job: DiscoveredJob) -> str:
    """A DAG file in ASCII. Values are written as Python literals only, so no name or description becomes code."""
    sections = [
        f'{marker(job.source)}\n"""The Airflow DAG of the job {job.key}."""',
        "\n".join(_imports(job)),
        f"\n{_run_function(job)}",
        *(f"\n{function}" for function in _notify_functions(job)),
        f"\nwith {_call('DAG', _dag_arguments(job), 0)}:\n    {_call('PythonOperator', _operator_arguments(job), 4)}\n",
    ]
    return "\n\n".join(sections)


def _imports(job: DiscoveredJob) -> Iterator[str]:
    settings = job.settings
    needs_timedelta = any((settings.timeout, settings.deadline, settings.retries))
    yield f"from datetime import datetime, {'timedelta, ' if needs_timedelta else ''}timezone\n"
    yield "from airflow.providers.standard.operators.python import PythonOperator"
    names = ["DAG", "Asset", "Param"]
    if settings.deadline:
        names += ["AsyncCallback", "DeadlineAlert", "DeadlineReference"]
    yield f"from airflow.sdk import {', '.join(sorted(names, key=lambda name: (not name.isupper(), name)))}"
    if settings.schedule:
        yield "from airflow.timetables.trigger import CronTriggerTimetable"


def _run_function(job: DiscoveredJob) -> str:
    settings = job.settings
    arguments = [("", literal(job.module)), ("import_root", literal(job.import_root)), ("context", "context")]
    if settings.env:
        arguments.append(("env", literal(dict(sorted(settings.env.items())))))
    if settings.python:
        arguments.append(("python", literal(settings.python)))
    return (
        "def run(**context):\n"
        "    from airflow_control_plane.runtime import run_task\n\n"
        f"    {_call('run_task', arguments, 4)}"
    )


def _notify_functions(job: DiscoveredJob) -> Iterator[str]:
    for event in _callback_events(job.settings):
        targets = literal(list(job.settings.notify[event]))
        yield (
            f"def {event}(context):\n"
            "    from airflow_control_plane.notifications import notify\n\n"
            f"    notify({literal(event)}, {targets}, context)"
        )


def _callback_events(settings: JobSettings) -> list[str]:
    return [event for event in _CALLBACKS if settings.notify.get(event)]


def _dag_arguments(job: DiscoveredJob) -> Iterator[tuple[str, str]]:
    settings = job.settings
    yield "dag_id", literal(job.dag_id)
    if settings.display_name:
        yield "dag_display_name", literal(settings.display_name)
    yield "description", literal(job.description)
    yield "schedule", _schedule(settings)
    yield "start_date", "datetime(2024, 1, 1, tzinfo=timezone.utc)"
    yield "catchup", "False"
    yield "max_active_runs", literal(settings.max_active_runs)
    yield "is_paused_upon_creation", literal(settings.paused)
    yield "default_args", literal({"owner": settings.owner or job.package_name})
    group = [f"group:{settings.group}"] if settings.group else []
    yield "tags", literal(list(dict.fromkeys([job.package_name, "etl", "auto-generated", *group, *settings.tags])))
    if settings.deadline:
        yield "deadline", _deadline(job)
    arguments: Arguments = (
        ("", literal(list(settings.args))),
        ("type", '["array", "null"]'),
        ("items", '{"type": "string"}'),
        ("title", '"Arguments"'),
        ("description", '"Arguments of the job, one per line."'),
    )
    yield "params", f'{{\n        "args": {_call("Param", arguments, 8)}\n    }}'


def _schedule(settings: JobSettings) -> str:
    if settings.schedule:
        return f"CronTriggerTimetable({literal(settings.schedule)}, timezone={literal(settings.timezone)})"
    assets = [f"Asset({literal(name)})" for name in settings.after]
    if not assets:
        return "None"
    return " | ".join(assets) if settings.after_any and len(assets) > 1 else f"[{', '.join(assets)}]"


def _deadline(job: DiscoveredJob) -> str:
    settings = job.settings
    assert settings.deadline is not None
    keywords = {"job": job.key, "targets": list(settings.notify.get("on_deadline", ()))}
    callback = (("", '"airflow_control_plane.notifications.deadline_missed"'), ("kwargs", literal(keywords)))
    return _call(
        "DeadlineAlert",
        (
            ("reference", "DeadlineReference.DAGRUN_QUEUED_AT"),
            ("interval", _duration(settings.deadline)),
            ("callback", _call("AsyncCallback", callback, 8)),
        ),
        4,
    )


def _operator_arguments(job: DiscoveredJob) -> Iterator[tuple[str, str]]:
    settings = job.settings
    yield "task_id", '"run"'
    yield "python_callable", "run"
    if settings.retries:
        yield "retries", literal(settings.retries)
        yield "retry_delay", _duration(settings.retry_delay)
        if settings.retry_backoff:
            yield "retry_exponential_backoff", "True"
        if settings.max_retry_delay:
            yield "max_retry_delay", _duration(settings.max_retry_delay)
    if settings.timeout:
        yield "execution_timeout", _duration(settings.timeout)
    if settings.pool:
        yield "pool", literal(settings.pool)
    if settings.priority != 1:
        yield "priority_weight", literal(settings.priority)
    if settings.queue:
        yield "queue", literal(settings.queue)
    if job.pod_template:
        yield "executor_config", literal({"pod_template_file": job.pod_template})
    # Always: which jobs run after this one is written in their files, and these may be broken for a while.
    yield "outlets", f"[Asset({literal(job.key)})]"
    for event in _callback_events(settings):
        yield f"{event}_callback", event


def _duration(seconds: float) -> str:
    for unit, size in _UNITS:
        if seconds % size == 0:
            return f"timedelta({unit}={int(seconds // size)})"
    return f"timedelta(seconds={literal(seconds)})"


def _call(name: str, arguments: Arguments, indent: int) -> str:
    """A call, on one line if it fits, else with one argument per line."""
    texts = [f"{key}={value}" if key else value for key, value in arguments]
    line = f"{name}({', '.join(texts)})"
    if len(line) + indent <= 100 and "\n" not in line:
        return line
    inner = "".join(f"{' ' * (indent + 4)}{text},\n" for text in texts)
    return f"{name}(\n{inner}{' ' * indent})"
