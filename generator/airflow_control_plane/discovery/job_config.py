"""Reads JOB_CONFIG, a literal dict beside JOB, without running the file."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from airflow_control_plane.discovery.bindings import How, bindings
from airflow_control_plane.discovery.source_text import Rejected, SourceText, unstorable_character
from airflow_control_plane.settings.cron import cron_error
from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA, OFF
from airflow_control_plane.settings.validator import Path, Violation, violations

NAME = "JOB_CONFIG"
_MAX_DEPTH = 6
_EXPECTED = f"write {NAME} = {{...}} once, at top level, with nothing but plain values in it"


@dataclass(frozen=True, slots=True)
class JobConfig:
    """What the author asks for, as plain data; `places` has line and column of every value by its path."""

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of the value at `path`, or of the nearest one around it."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, (0, 0))


NO_CONFIG = JobConfig()


def read_job_config(tree: ast.Module, text: SourceText) -> tuple[JobConfig, list[Rejected]]:
    """The JOB_CONFIG of a module and all that is wrong with it."""
    found = bindings(tree, NAME)
    if not found:
        return NO_CONFIG, []
    first = found[0]
    if len(found) > 1 or first.how is not How.ASSIGNED or not isinstance(first.value, ast.Dict):
        node = found[1].node if len(found) > 1 else first.value or first.node
        return NO_CONFIG, [Rejected("config-shape", f"{NAME} is no plain dict; {_EXPECTED}", *text.place(node))]
    reader = _LiteralReader(text)
    config = JobConfig(reader.read(first.value, ()), reader.places)
    wrong = reader.wrong or [
        Rejected(violation.code, f"{_shown(violation.path)}: {violation.message}", *config.place(violation.path))
        for violation in layer_violations(config.values)
    ]
    return config, wrong


def layer_violations(values: Mapping[str, Any]) -> Iterator[Violation]:
    """What is wrong with one layer of settings by itself: JOB_CONFIG, or a part of the chart's values."""
    broken = list(violations(dict(values), JOB_CONFIG_SCHEMA))
    yield from broken
    sound = {key: value for key, value in values.items() if all(violation.path[:1] != (key,) for violation in broken)}
    schedule = sound.get("schedule", OFF)
    if schedule != OFF and (error := cron_error(schedule)):
        yield Violation(("schedule",), "config-schedule", error)
    zone = sound.get("timezone")
    if zone is not None and not _is_time_zone(zone):
        yield Violation(("timezone",), "config-timezone", "no such time zone; expected a name such as Europe/Berlin")
    yield from _unstorable(sound, ())


def _unstorable(value: Any, path: Path) -> Iterator[Violation]:
    """Texts that Airflow would fail to save: a pattern for that is beyond Helm's regular expressions."""
    if isinstance(value, str) and (char := unstorable_character(value)):
        yield Violation(path, "config-value", f"has the character {ascii(char)}, which no database stores; remove it")
    elif isinstance(value, (dict, list)):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, member in members:
            yield from _unstorable(member, (*path, key))


def _is_time_zone(name: str) -> bool:
    """Taken for one on a machine that has no time zones at all: Airflow, which has them, is the authority."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return not _has_time_zones()
    return True


@lru_cache(maxsize=1)
def _has_time_zones() -> bool:
    return bool(available_timezones())


def _shown(path: Path) -> str:
    return ".".join(map(str, path))


class _LiteralReader:
    """Turns literal nodes into values, noting where each stands and which are no literals."""

    def __init__(self, text: SourceText) -> None:
        self._text = text
        self.places: dict[Path, tuple[int, int]] = {}
        self.wrong: list[Rejected] = []

    def read(self, node: ast.expr, path: Path) -> Any:
        self.places[path] = self._text.place(node)
        if len(path) > _MAX_DEPTH:
            return self._reject(node, path, "is nested too deeply")
        match node:
            case ast.Dict():
                return self._read_dict(node, path)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return [self.read(element, (*path, index)) for index, element in enumerate(elements)]
            case ast.Constant(value=(str() | bool() | int() | None) as value):
                return value
            case ast.Constant(value=float(number)) if math.isfinite(number):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
        return self._reject(node, path, "is no plain value")

    def _read_dict(self, node: ast.Dict, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                self._reject(key or value, path, "has a key that is no plain string")
            elif key.value in values:
                self._reject(key, (*path, key.value), "stands twice")
            else:
                inner = (*path, key.value)
                values[key.value] = self.read(value, inner)
                self.places[inner] = self._text.place(key)
        return values

    def _reject(self, node: ast.expr, path: Path, what: str) -> None:
        subject = _shown(path) or NAME
        self.wrong.append(Rejected("config-shape", f"{subject} {what}; {_EXPECTED}", *self._text.place(node)))
