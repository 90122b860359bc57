"""The one definition of all settings: JOB_CONFIG, values `jobs`, and the values `sync` that the generator reads.

JSON Schema draft-07, the version that Helm reads; values.schema.json is written from it. A `title` completes the error
message "expected ..."; the `description` of a key says what it sets. What a schema cannot express (time zones, cron
ranges, names of other jobs) is checked in `checks` and `apply`.
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
# Six digits: more than anybody needs, and a million days from now is still a valid date.
_DURATION: Schema = {
    "title": 'a duration such as "90s", "5m", "2h" or "1d", or a number of seconds (above zero, at most six digits)',
    "anyOf": [
        {"type": "string", "pattern": "^[1-9][0-9]{0,5}[smhd]$"},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 999_999},
    ],
}
_LARGEST = 1_000_000  # far more than makes sense, and fits the integer columns of every database
_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": _LARGEST}
_CRON: Schema = {
    "type": "string",
    "pattern": r"^(@[a-z]+|\S+( \S+){4})$",
    "title": f"a cron expression of five fields or one of {', '.join(PRESETS)}",
}
_JOB: Schema = {
    "type": "string",
    "pattern": r"^[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*$",
    "title": "the name of a job, package.job",
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
    "title": 'an amount of CPU: a number, or a quantity such as "500m"',
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
    """Helm drops nulls before a template sees them, so the string "off" switches a setting off."""
    return {"title": f'{expectation(schema)}, or "{OFF}"', "anyOf": [schema, {"const": OFF}]}


def _key(schema: Schema, meaning: str, can_be_off: bool = False) -> tuple[Schema, str]:
    return (_or_off(schema) if can_be_off else schema), meaning


_KEYS: dict[str, tuple[Schema, str]] = {
    "schedule": _key(_CRON, "When the job runs: a cron expression of five fields, or a preset such as @daily.", True),
    "timezone": _key(_TEXT, "The IANA time zone of schedule."),
    "after": _key(
        _AFTER, "Runs the job after each of these jobs, or any, has succeeded once since its last run.", True
    ),
    "retries": _key(_COUNT, "How many times a failed run is retried."),
    "retry_delay": _key(_DURATION, "How long to wait before a retry."),
    "retry_backoff": _key(_FLAG, "Whether each wait is twice as long as the one before."),
    "max_retry_delay": _key(_DURATION, "The longest wait with retry_backoff.", True),
    "timeout": _key(_DURATION, "How long one try may take before it is stopped and fails.", True),
    "deadline": _key(
        _DURATION, "How soon after it was queued a run must end; otherwise on_deadline is notified.", True
    ),
    "resources": _key(_RESOURCES, "CPU and memory of the run's own pod (KubernetesExecutor).", True),
    "notify": _key(
        {
            "type": "object",
            "properties": {event: _or_off(_TARGETS) for event in NOTIFY_EVENTS},
            "additionalProperties": False,
        },
        "Who is notified, by event: on_failure, on_success, on_retry and on_deadline.",
        True,
    ),
    "group": _key(_GROUP, "Related jobs: adds the tag group:<name> in the UI.", True),
    "args": _key({"type": "array", "items": {"type": "string"}}, "Arguments of a run that is started without any."),
    "env": _key(
        {
            "type": "object",
            "propertyNames": {
                "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
                "title": "a name of letters, digits and _",
            },
            "additionalProperties": {"type": "string"},
        },
        "Environment variables of the run. Do not put secrets here: they would be readable in the DAG.",
    ),
    "python": _key(
        _TEXT,
        "Interpreter of the package's own virtual environment, absolute or relative to the root.",
        True,
    ),
    "owner": _key(_NAME, "Owner shown in the UI; the package by default.", True),
    "tags": _key({"type": "array", "items": _NAME, "uniqueItems": True}, "More tags in the UI."),
    "display_name": _key(
        {"type": "string", "minLength": 1, "maxLength": 250, "title": "a string of 1 to 250 characters"},
        "Name shown in the UI.",
        True,
    ),
    "max_active_runs": _key(
        {"type": "integer", "minimum": 1, "maximum": _LARGEST}, "How many runs may be active at the same time."
    ),
    "pool": _key(_NAME, "The Airflow pool that a run takes a slot from; it must exist.", True),
    "priority": _key(
        {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST},
        "Runs with a higher number start first when several wait for a slot.",
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
