"""Whether a text is a schedule, by its shape: Airflow's croniter is the authority on what it means."""

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


class _Bad(ValueError):
    """What is wrong with a field, for a sentence."""


def cron_error(text: str) -> str | None:
    """What is wrong with a schedule, or None. It may be a preset, or have names, lists, ranges and steps."""
    if text.startswith("@"):
        return None if text in PRESETS else f"{text} is no preset; there are {', '.join(PRESETS)}"
    parts = text.split(" ")
    if len(parts) != len(_FIELDS):
        return f"it has {len(parts)} field(s), not {len(_FIELDS)}"
    try:
        _, _, days, months, _ = (_numbers(part.lower(), field) for part, field in zip(parts, _FIELDS, strict=True))
    except _Bad as error:
        return str(error)
    if "*" in parts[4].split(",") and all(min(days) > _LONGEST[month - 1] for month in months):
        return "no such day of the month ever comes"
    return None


def _numbers(text: str, field: _Field) -> set[int]:
    return {number for item in text.split(",") for number in _of_item(item, field)}


def _of_item(item: str, field: _Field) -> range:
    match = _ITEM.fullmatch(item)
    if not match:
        raise _Bad(f"{item!r} is no {field.name}")
    first, last, step = match["first"], match["last"], match["step"]
    if first == "*":
        if last:
            raise _Bad(f"{item!r} is no {field.name}")
        low, high = field.lowest, field.highest
    else:
        low = _number(first, field)
        # 5/10 means from 5 to the end, every 10.
        high = _number(last, field) if last else field.highest if step else low
    if low > high:
        raise _Bad(f"{item!r} runs backwards; write it as two ranges")
    if step and not 0 < int(step) <= field.highest:
        raise _Bad(f"{item!r} has a step that is not from 1 to {field.highest}")
    return range(low, high + 1, int(step or 1))


def _number(text: str, field: _Field) -> int:
    number = field.names.get(text, int(text) if text.isdecimal() else -1)
    if not field.lowest <= number <= field.highest:
        raise _Bad(f"{text!r} is no {field.name} from {field.lowest} to {field.highest}")
    return number
