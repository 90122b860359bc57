"""The settings file: JSON that the chart renders from its values and that the sync loop reads again when it changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_control_plane.dag_generator.pod_templates import PodTemplates
from airflow_control_plane.discovery.job_config import layer_violations
from airflow_control_plane.model.errors import UsageError
from airflow_control_plane.settings.apply import JobValues
from airflow_control_plane.settings.schema import JOBS_SCHEMA, Schema
from airflow_control_plane.settings.validator import Violation, violations

_FLAG: Schema = {"type": "boolean"}


def _seconds_up_to(limit: int) -> Schema:
    return {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": limit,
        "title": f"a number of seconds above 0 and at most {limit}",
    }


_POD: Schema = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "containers": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
                    "minItems": 1,
                }
            },
            "required": ["containers"],
        }
    },
    "required": ["spec"],
}
_SETTINGS_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "sync": {
            "type": "object",
            "properties": {
                "watchSeconds": _seconds_up_to(60),
                "intervalSeconds": _seconds_up_to(86_400),
                "allowEmpty": _FLAG,
                "strictStart": _FLAG,
                "atomicSource": _FLAG,
            },
            "additionalProperties": False,
        },
        "jobs": JOBS_SCHEMA,
        "airflow": {
            "type": "object",
            "properties": {
                "triggerer": _FLAG,
                "executor": {"type": "string"},
                "podTemplates": {
                    "type": "object",
                    "properties": {
                        "folder": {"type": "string", "pattern": "^/.*$", "title": "an absolute path"},
                        "pod": _POD,
                    },
                    "required": ["folder", "pod"],
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How the sync loop works."""

    watch_seconds: float = 5
    interval_seconds: float = 300
    allow_empty: bool = False
    strict_start: bool = False
    atomic_source: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    sync: SyncSettings = SyncSettings()
    jobs: JobValues = JobValues()


def load_settings(path: str | None) -> Settings:
    """Reads a settings file; None gives the defaults. Raises UsageError, which names the file and every wrong key."""
    if path is None:
        return Settings()
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"settings file {path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"settings file {path} is not JSON: {error}") from None
    wrong = dict.fromkeys([*violations(document, _SETTINGS_SCHEMA), *_wrong_in_jobs(document)])
    if wrong:
        details = "; ".join(f"{'.'.join(map(str, item.path)) or 'the file'}: {item.message}" for item in wrong)
        raise UsageError(f"settings file {path}: {details}")
    sync, jobs, airflow = (document.get(section, {}) for section in ("sync", "jobs", "airflow"))
    return Settings(
        SyncSettings(**{_snake(key): value for key, value in sync.items()}),
        JobValues(
            jobs.get("defaults", {}),
            jobs.get("overrides", {}),
            airflow.get("triggerer"),
            airflow.get("executor"),
            PodTemplates(**airflow["podTemplates"]) if "podTemplates" in airflow else None,
        ),
    )


def _wrong_in_jobs(document: object) -> Iterator[Violation]:
    """What no schema can say, of all that is a map as it should be."""
    jobs = _as_map(_as_map(document).get("jobs"))
    layers: list[tuple[tuple[str, ...], object]] = [(("jobs", "defaults"), jobs.get("defaults"))]
    layers += [(("jobs", "overrides", job), layer) for job, layer in _as_map(jobs.get("overrides")).items()]
    for prefix, layer in layers:
        for item in layer_violations(_as_map(layer)):
            yield item._replace(path=(*prefix, *item.path))


def _as_map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
