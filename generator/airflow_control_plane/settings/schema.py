"""The one definition of what JOB_CONFIG, and jobs.defaults and jobs.overrides in the values, may say.

It is JSON Schema (draft-07, which Helm reads). A `title` says what a value is, for the error
message that ends in "expected ..."; the `description` of a key says what it sets.
What a schema cannot say (time zones, cron ranges, names of other jobs) is checked in `job_config` and `chains`.
"""

from __future__ import annotations

from typing import Any

from airflow_control_plane.settings.cron import PRESETS
from airflow_control_plane.settings.validator import expectation

Schema = dict[str, Any]

OFF = "off"

_TEXT: Schema = {"type": "string", "minLength": 1}
_FLAG: Schema = {"type": "boolean"}
_NAME: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_.-]{1,100}$",
    "title": "a name of at most 100 letters, digits, _, . and -",
}
_GROUP: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_.-]{1,94}$",  # "group:" before it makes a tag
    "title": "a name of at most 94 letters, digits, _, . and -",
}
# Six digits: a million days from now is still a date, and that is more than enough.
_DURATION: Schema = {
    "title": 'a duration above zero and of at most six digits: "90s", "5m", "2h", "1d" or a number of seconds',
    "anyOf": [
        {"type": "string", "pattern": "^[1-9][0-9]{0,5}[smhd]$"},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 999_999},
    ],
}
_LARGEST = 1_000_000  # far beyond sense, and well inside the integers of every database
_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": _LARGEST}
_CRON: Schema = {
    "type": "string",
    "pattern": r"^(@[a-z]+|\S+( \S+){4})$",
    "title": f"five fields of cron or one of {', '.join(PRESETS)}",
}
_JOB: Schema = {
    "type": "string",
    "pattern": r"^[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*$",
    "title": "a job as package.job",
}
_JOBS: Schema = {"type": "array", "items": _JOB, "minItems": 1, "uniqueItems": True}
_AFTER: Schema = {
    "title": 'a list of jobs (all of them) or {"any": [...]}',
    "anyOf": [
        _JOBS,
        {"type": "object", "properties": {"any": _JOBS}, "required": ["any"], "additionalProperties": False},
    ],
}
_CPU: Schema = {
    "title": 'CPUs: a number, or a quantity such as "500m"',
    "anyOf": [
        {"type": "string", "pattern": r"^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$"},
        {"type": "number", "exclusiveMinimum": 0, "maximum": _LARGEST},
    ],
}
_MEMORY: Schema = {
    "type": "string",
    "pattern": r"^[1-9][0-9]*(\.[0-9]+)?([KMGT]i|[kMGT])$",
    "title": 'an amount of memory such as "512Mi" or "1Gi"',
}
_AMOUNTS: Schema = {
    "type": "object",
    "properties": {"cpu": _CPU, "memory": _MEMORY},
    "additionalProperties": False,
    "minProperties": 1,
}
_RESOURCES: Schema = {
    "type": "object",
    "properties": {"cpu": _CPU, "memory": _MEMORY, "requests": _AMOUNTS, "limits": _AMOUNTS},
    "additionalProperties": False,
    "minProperties": 1,
}
_TARGET: Schema = {
    "type": "string",
    "pattern": r"^(slack:[A-Za-z0-9_.-]+|email:[^@\s,]+@[^@\s,]+)$",
    "title": "slack:<connection id> or email:<address>",
}
_TARGETS: Schema = {"type": "array", "items": _TARGET, "uniqueItems": True}
NOTIFY_EVENTS = ("on_failure", "on_success", "on_retry", "on_deadline")


def _or_off(schema: Schema) -> Schema:
    """Helm drops nulls before a template sees them, so a word switches a setting off."""
    return {"title": f'{expectation(schema)}, or "{OFF}"', "anyOf": [schema, {"const": OFF}]}


def _key(schema: Schema, meaning: str, can_be_off: bool = False) -> tuple[Schema, str]:
    return (_or_off(schema) if can_be_off else schema), meaning


_KEYS: dict[str, tuple[Schema, str]] = {
    "schedule": _key(_CRON, "When the job runs by itself: five fields of cron, or a preset such as @daily.", True),
    "timezone": _key(_TEXT, "The IANA time zone of schedule."),
    "after": _key(_AFTER, "Runs after one success each of all these jobs since its last run, or of any of them.", True),
    "retries": _key(_COUNT, "How often a failed try is repeated."),
    "retry_delay": _key(_DURATION, "How long to wait before a retry."),
    "retry_backoff": _key(_FLAG, "Whether each wait is twice the one before."),
    "max_retry_delay": _key(_DURATION, "The longest wait that retry_backoff leads to.", True),
    "timeout": _key(_DURATION, "How long one try may take before it is stopped and counts as failed.", True),
    "deadline": _key(_DURATION, "How long after it was queued a run must have ended, else on_deadline is told.", True),
    "resources": _key(_RESOURCES, "CPU and memory of a run in a pod of its own.", True),
    "notify": _key(
        {
            "type": "object",
            "properties": {event: _or_off(_TARGETS) for event in NOTIFY_EVENTS},
            "additionalProperties": False,
        },
        "Who is told, by event: on_failure, on_success, on_retry and on_deadline.",
        True,
    ),
    "group": _key(_GROUP, "Jobs that belong together: a tag group:<name> in the UI.", True),
    "args": _key({"type": "array", "items": {"type": "string"}}, "Arguments of a run that is given none."),
    "env": _key(
        {
            "type": "object",
            "propertyNames": {
                "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
                "title": "a name of letters, digits and _",
            },
            "additionalProperties": {"type": "string"},
        },
        "Environment variables of the run. Not for secrets: they would be readable in the DAG.",
    ),
    "python": _key(
        _TEXT, "Interpreter of the package's own virtual environment, relative to the root or absolute.", True
    ),
    "owner": _key(_NAME, "Shown in the UI; the package if not set.", True),
    "tags": _key({"type": "array", "items": _NAME, "uniqueItems": True}, "Tags in the UI beside the package."),
    "display_name": _key(
        {"type": "string", "minLength": 1, "maxLength": 250, "title": "a string of 1 to 250 characters"},
        "The name shown in the UI.",
        True,
    ),
    "max_active_runs": _key(
        {"type": "integer", "minimum": 1, "maximum": _LARGEST}, "How many runs may be under way at once."
    ),
    "pool": _key(_NAME, "The Airflow pool that a run takes a slot of; it must exist.", True),
    "priority": _key(
        {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST},
        "The higher the sooner, among runs that wait for a slot.",
    ),
    "queue": _key(_NAME, "The queue of the executor.", True),
    "paused": _key(_FLAG, "Whether a new DAG is paused until somebody unpauses it."),
    "enabled": _key(_FLAG, "Whether the job has a DAG at all."),
}

JOB_CONFIG_SCHEMA: Schema = {
    "type": "object",
    "properties": {name: {**schema, "description": meaning} for name, (schema, meaning) in _KEYS.items()},
    "additionalProperties": False,
}

JOBS_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "defaults": JOB_CONFIG_SCHEMA,
        "overrides": {
            "type": "object",
            "propertyNames": {"pattern": _JOB["pattern"], "title": _JOB["title"]},
            "additionalProperties": JOB_CONFIG_SCHEMA,
        },
    },
    "additionalProperties": False,
}


def _seconds_up_to(limit: int, meaning: str) -> Schema:
    return {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": limit,
        "title": f"a number of seconds above 0 and at most {limit}",
        "description": meaning,
    }


SYNC_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "watchSeconds": _seconds_up_to(60, "Seconds between two quick checks for changed files, at most 60."),
        "intervalSeconds": _seconds_up_to(
            86_400,
            "Seconds between two full passes, at most 86400. A full pass also repairs a DAG folder that was changed by "
            "hand.",
        ),
        "allowEmpty": {
            **_FLAG,
            "description": "Whether all DAGs may be deleted when the packages contain no job. If false, the generator "
            "assumes that a mount is broken and keeps them.",
        },
        "strictStart": {
            "title": 'true, false or "auto"',
            "anyOf": [_FLAG, {"const": "auto"}],
            "description": "Whether one broken job file stops a rollout. auto: yes if the packages change only with a "
            "rollout (sources examples and image), no for a volume, where one author's mistake must not block "
            "everybody else.",
        },
    },
    "additionalProperties": False,
}
