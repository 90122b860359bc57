"""The settings file: JSON that the chart renders from its values and that the sync loop reads again when it changes."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from airflow_control_plane.errors import UsageError

# A look must come well before the heartbeat of /healthz is called stale.
_MOST_SECONDS = {"watchSeconds": 60, "intervalSeconds": 86_400}


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How the sync loop works. Names are those of the settings file in snake case."""

    watch_seconds: float = 5
    interval_seconds: float = 300
    allow_empty: bool = False
    strict_start: bool = False
    atomic_source: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    sync: SyncSettings = SyncSettings()


def load_settings(path: str | None) -> Settings:
    """Reads a settings file; None gives the defaults. Raises UsageError, which names file and key."""
    if path is None:
        return Settings()
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"settings file {path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"settings file {path} is not JSON: {error}") from None
    sections = _object(document, path, "the file")
    _refuse_unknown(sections, ["sync"], path, "")
    return Settings(_sync_settings(_object(sections.get("sync", {}), path, "sync"), path))


def _sync_settings(values: dict[str, Any], path: str) -> SyncSettings:
    names = {_camel(field.name): field for field in fields(SyncSettings)}
    _refuse_unknown(values, list(names), path, "sync.")
    for key, value in values.items():
        is_flag = isinstance(names[key].default, bool)
        if is_flag and not isinstance(value, bool):
            raise UsageError(f"settings file {path}: sync.{key} is {value!r}, expected true or false")
        if not is_flag and not _is_number(value, limit := _MOST_SECONDS[key]):
            expected = f"expected a number of seconds above 0 and at most {limit}"
            raise UsageError(f"settings file {path}: sync.{key} is {value!r}, {expected}")
    return SyncSettings(**{names[key].name: value for key, value in values.items()})


def _is_number(value: Any, limit: int) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= limit


def _object(value: Any, path: str, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"settings file {path}: {key} is {type(value).__name__}, expected an object")
    return value


def _refuse_unknown(values: dict[str, Any], known: list[str], path: str, prefix: str) -> None:
    for key in values:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {prefix}{close[0]}?" if close else f"expected one of {', '.join(known)}"
            raise UsageError(f"settings file {path}: unknown key {prefix}{key}; {hint}")


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
