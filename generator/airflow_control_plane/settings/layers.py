"""The settings of a job: layers of plain data, merged, over the built-in settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_control_plane.model.job import DeclaredJob
from airflow_control_plane.model.settings import BUILT_IN_SETTINGS, JobSettings, Layer
from airflow_control_plane.settings.deployment import Deployment
from airflow_control_plane.settings.schema import OFF

_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATIONS = ("retry_delay", "max_retry_delay", "timeout", "deadline")
_MERGED = ("env", "notify", "resources")
_NO_LAYER: Layer = {}


def layers_of(job: DeclaredJob, deployment: Deployment) -> tuple[tuple[str, Layer], ...]:
    """What each place asks for, with the name of the place. Later ones win."""
    return (
        ("values jobs.defaults", deployment.defaults),
        ("JOB_CONFIG", job.config.layer),
        (f'values jobs.overrides."{job.key}"', deployment.overrides.get(job.key, _NO_LAYER)),
    )


def settings_of(job: DeclaredJob, deployment: Deployment) -> JobSettings:
    """The settings in force. The layers must be valid."""
    layers = [layer for _, layer in layers_of(job, deployment) if layer]
    return _to_settings(merged(*layers)) if layers else BUILT_IN_SETTINGS


def merged(*layers: Layer) -> dict[str, Any]:
    """Later layers win. `env`, `notify` and `resources` are merged key by key, everything else is replaced."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            below = result.get(key)
            result[key] = _merged_maps(below, value) if below and are_merged(key, below, value) else value
    return result


def are_merged(key: str, below: object, above: object) -> bool:
    return key in _MERGED and isinstance(below, dict) and isinstance(above, dict)


def _merged_maps(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        result[key] = _merged_maps(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return result


def _to_settings(layer: Layer) -> JobSettings:
    """A setting that is "off" is as if no layer had mentioned it."""
    values = {key: value for key, value in layer.items() if value != OFF}
    after = values.pop("after", None)
    if after:
        values["after_any"] = isinstance(after, dict)
        values["after"] = tuple(after["any"] if isinstance(after, dict) else after)
    if "notify" in values:
        values["notify"] = {event: tuple(targets) for event, targets in values["notify"].items() if targets != OFF}
    for key in _DURATIONS:
        if key in values:
            values[key] = _seconds(values[key])
    for key in ("args", "tags"):
        if key in values:
            values[key] = tuple(values[key])
    return JobSettings(**values)


def _seconds(duration: str | float) -> float:
    """A duration such as "5m" or 300 in seconds."""
    if isinstance(duration, str):
        return int(duration[:-1]) * _UNIT_SECONDS[duration[-1]]
    return duration
