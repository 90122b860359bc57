"""What is wrong with one layer of settings: by the schema, and by what a schema cannot express."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from airflow_control_plane.model.settings import Layer, Path
from airflow_control_plane.model.text import unstorable_character
from airflow_control_plane.settings.cron import cron_error
from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA, OFF
from airflow_control_plane.settings.validator import Violation, violations


def layer_violations(layer: Layer) -> Iterator[Violation]:
    """What is wrong with JOB_CONFIG, or with a part of the chart's values, by itself."""
    broken = list(violations(dict(layer), JOB_CONFIG_SCHEMA))
    yield from broken
    sound = {key: value for key, value in layer.items() if all(found.path[:1] != (key,) for found in broken)}
    schedule = sound.get("schedule", OFF)
    if schedule != OFF and (error := cron_error(schedule)):
        yield Violation(("schedule",), "config-schedule", error)
    zone = sound.get("timezone")
    if zone is not None and not _is_time_zone(zone):
        yield Violation(("timezone",), "config-timezone", "unknown time zone; expected a name such as Europe/Berlin")
    yield from _unstorable(sound, ())


def _unstorable(value: Any, path: Path) -> Iterator[Violation]:
    """Strings that Airflow would fail to save. Helm's regular expressions cannot exclude them."""
    if isinstance(value, str) and (char := unstorable_character(value)):
        message = f"contains the character {ascii(char)}, which the database cannot store; remove it"
        yield Violation(path, "config-value", message)
    elif isinstance(value, (dict, list)):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, member in members:
            yield from _unstorable(member, (*path, key))


def _is_time_zone(name: str) -> bool:
    """Any name passes on a machine without time zone data: Airflow, which has it, checks again."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return not _has_time_zones()
    return True


@lru_cache(maxsize=1)
def _has_time_zones() -> bool:
    return bool(available_timezones())
