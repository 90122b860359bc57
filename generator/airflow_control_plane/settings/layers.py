"""The settings of a job: three layers of plain data merged over the built-in defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from airflow_control_plane.settings.schema import OFF

Layer = Mapping[str, Any]

_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATIONS = ("retry_delay", "max_retry_delay", "timeout", "deadline")
_MERGED = ("env", "notify", "resources")


@dataclass(frozen=True, slots=True)
class JobSettings:
    """How Airflow is to run a job; the defaults are the built-in ones. Durations are in seconds."""

    schedule: str | None = None
    timezone: str = "UTC"
    after: tuple[str, ...] = ()
    after_any: bool = False
    retries: int = 0
    retry_delay: float = 300
    retry_backoff: bool = False
    max_retry_delay: float | None = None
    timeout: float | None = None
    deadline: float | None = None
    resources: Mapping[str, Any] = field(default_factory=dict)
    notify: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: str | None = None
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    display_name: str | None = None
    max_active_runs: int = 1
    pool: str | None = None
    priority: int = 1
    queue: str | None = None
    paused: bool = False
    enabled: bool = True


DEFAULT_SETTINGS = JobSettings()


def merged(*layers: Layer) -> dict[str, Any]:
    """Later layers win. Maps such as env merge key by key, lists and all else are replaced."""
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


def settings_of(layer: Layer) -> JobSettings:
    """The settings that a merged and valid layer asks for. What is off is as if it had never been said."""
    values = {key: value for key, value in layer.items() if value != OFF}
    after = values.pop("after", None)
    if after:
        values["after_any"] = isinstance(after, dict)
        values["after"] = tuple(after["any"] if isinstance(after, dict) else after)
    if "notify" in values:
        values["notify"] = {event: tuple(targets) for event, targets in values["notify"].items() if targets != OFF}
    for key in _DURATIONS:
        if key in values:
            values[key] = seconds(values[key])
    for key in ("args", "tags"):
        if key in values:
            values[key] = tuple(values[key])
    return JobSettings(**values)


def seconds(duration: str | float) -> float:
    """A duration such as "5m" or 300 in seconds."""
    if isinstance(duration, str):
        return int(duration[:-1]) * _UNIT_SECONDS[duration[-1]]
    return duration


SETTING_NAMES = tuple(item.name for item in fields(JobSettings))
