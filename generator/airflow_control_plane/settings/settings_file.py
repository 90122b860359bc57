"""The settings file: JSON that the chart renders from its values. The sync loop reads it again when it changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_control_plane.model.errors import UsageError
from airflow_control_plane.settings.checks import layer_violations
from airflow_control_plane.settings.deployment import UNKNOWN_DEPLOYMENT, Deployment
from airflow_control_plane.settings.pod_template import PodTemplates
from airflow_control_plane.settings.schema import JOBS_SCHEMA, SYNC_SCHEMA, Schema
from airflow_control_plane.settings.validator import Violation, violations

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
_POD_TEMPLATES: Schema = {
    "type": "object",
    "properties": {"folder": {"type": "string", "pattern": "^/.*$", "title": "an absolute path"}, "pod": _POD},
    "required": ["folder", "pod"],
    "additionalProperties": False,
}
_FILE_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "sync": SYNC_SCHEMA,
        "jobs": JOBS_SCHEMA,
        "deployment": {
            "type": "object",
            "properties": {
                "atomicSource": {"type": "boolean"},
                "triggerer": {"type": "boolean"},
                "executor": {"type": "string"},
                "podTemplates": _POD_TEMPLATES,
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How the DAG folder follows the packages. `atomic_source`: the source replaces the whole tree in one step."""

    watch_seconds: float = 5
    interval_seconds: float = 300
    allow_empty: bool = False
    strict_start: bool = False
    atomic_source: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    sync: SyncSettings = SyncSettings()
    deployment: Deployment = UNKNOWN_DEPLOYMENT


def load_settings(path: str | None) -> Settings:
    """Reads a settings file; None gives the defaults. Raises UsageError, which names the file and every invalid key."""
    if path is None:
        return Settings()
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"the settings file {path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the settings file {path} is not valid JSON: {error}") from None
    found = dict.fromkeys([*violations(document, _FILE_SCHEMA), *_invalid_layers(document)])
    if found:
        details = "; ".join(f"{'.'.join(map(str, item.path)) or 'the file'}: {item.message}" for item in found)
        raise UsageError(f"the settings file {path} is invalid: {details}")
    sync, jobs, deployment = (document.get(section, {}) for section in ("sync", "jobs", "deployment"))
    return Settings(
        _sync_settings(sync, deployment.get("atomicSource", True)),
        Deployment(
            jobs.get("defaults", {}),
            jobs.get("overrides", {}),
            deployment.get("triggerer"),
            deployment.get("executor"),
            PodTemplates(**deployment["podTemplates"]) if "podTemplates" in deployment else None,
        ),
    )


def _sync_settings(sync: dict[str, Any], atomic_source: bool) -> SyncSettings:
    fields = {_snake_case(key): value for key, value in sync.items()}
    if fields.get("strict_start") == "auto":
        fields["strict_start"] = atomic_source
    return SyncSettings(**fields, atomic_source=atomic_source)


def _invalid_layers(document: object) -> Iterator[Violation]:
    """What no schema can express, in every layer that is a map."""
    jobs = _as_map(_as_map(document).get("jobs"))
    layers: list[tuple[tuple[str, ...], object]] = [(("jobs", "defaults"), jobs.get("defaults"))]
    layers += [(("jobs", "overrides", job), layer) for job, layer in _as_map(jobs.get("overrides")).items()]
    for prefix, layer in layers:
        for item in layer_violations(_as_map(layer)):
            yield item._replace(path=(*prefix, *item.path))


def _as_map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _snake_case(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
