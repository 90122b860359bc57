"""Checks the shape of a schedule. Airflow's croniter decides what it means."""

from __future__ import annotations

import re
from typing import NamedTuple

PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class _Field(NamedTuple):
    name: str
    lowest: int
    highest: int
    names: dict[str, int]


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of month", 1, 31, {}),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    _Field("day of week", 0, 7, {name: number for number, name in enumerate(_WEEKDAYS)}),
)
_ITEM = re.compile(r"(?P<first>\*|[a-z]+|[0-9]{1,2})(-(?P<last>[a-z]+|[0-9]{1,2}))?(/(?P<step>[0-9]{1,2}))?")


class _Invalid(ValueError):
    """Why a field is invalid, as a sentence."""


def cron_error(text: str) -> str | None:
    """Why `text` is not a schedule (a preset, or five fields with names, lists, ranges and steps), or None if it is."""
    if text.startswith("@"):
        return None if text in PRESETS else f"unknown preset {text}; expected one of {', '.join(PRESETS)}"
    parts = text.split(" ")
    if len(parts) != len(_FIELDS):
        return f"expected {len(_FIELDS)} fields, found {len(parts)}"
    try:
        _, _, days, months, _ = (_numbers(part.lower(), field) for part, field in zip(parts, _FIELDS, strict=True))
    except _Invalid as error:
        return str(error)
    if "*" in parts[4].split(",") and all(min(days) > _LONGEST[month - 1] for month in months):
        return "no month in the list has such a day, so the job would never run"
    return None


def _numbers(text: str, field: _Field) -> set[int]:
    return {number for item in text.split(",") for number in _of_item(item, field)}


def _of_item(item: str, field: _Field) -> range:
    match = _ITEM.fullmatch(item)
    if not match:
        raise _Invalid(f"invalid {field.name} {item!r}")
    first, last, step = match["first"], match["last"], match["step"]
    if first == "*":
        if last:
            raise _Invalid(f"invalid {field.name} {item!r}")
        low, high = field.lowest, field.highest
    else:
        low = _number(first, field)
        # 5/10 means every 10 from 5 to the end.
        high = _number(last, field) if last else field.highest if step else low
    if low > high:
        raise _Invalid(f"the {field.name} range {item!r} runs backwards; write two ranges")
    if step and not 0 < int(step) <= field.highest:
        raise _Invalid(f"the step in {item!r} is out of range (1-{field.highest})")
    return range(low, high + 1, int(step or 1))


def _number(text: str, field: _Field) -> int:
    if text in field.names:
        return field.names[text]
    if not text.isdecimal():
        raise _Invalid(f"invalid {field.name} {text!r}")
    number = int(text)
    if not field.lowest <= number <= field.highest:
        raise _Invalid(f"{field.name} {text} is out of range ({field.lowest}-{field.highest})")
    return number
