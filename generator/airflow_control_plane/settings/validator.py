"""Checks a value against the part of JSON Schema that `job_schema` uses. The standard library has no validator."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Path = tuple["str | int", ...]


class Violation(NamedTuple):
    """`path` leads to the value that is wrong; the message goes on after "<path>: "."""

    path: Path
    code: str
    message: str


_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}
_SHOWN_NUMBERS = 10**15  # Python itself refuses to write out those of some thousand digits
_SHOWN = {"array": "a list", "boolean": "true or false", "integer": "a whole number", "number": "a number"}


def violations(value: Any, schema: Mapping[str, Any], path: Path = ()) -> Iterator[Violation]:
    """All that is wrong with `value`, in the order of its own keys."""
    if "anyOf" in schema:
        yield from _of_choice(value, schema, path)
    elif "const" in schema:
        if value != schema["const"]:
            yield _wrong(path, value, schema)
    elif not _has_type(value, schema["type"]) or _breaks_bounds(value, schema):
        yield _wrong(path, value, schema)
    elif isinstance(value, dict):
        yield from _of_object(value, schema, path)
    elif isinstance(value, list):
        yield from _of_array(value, schema, path)


def _of_choice(value: Any, schema: Mapping[str, Any], path: Path) -> Iterator[Violation]:
    """One branch must hold. If the value is of the kind of only one, what is wrong there says more than the choice."""
    branches = [(branch, list(violations(value, branch, path))) for branch in schema["anyOf"]]
    if not all(wrong for _, wrong in branches):
        return
    near = [wrong for branch, wrong in branches if wrong[0] != _wrong(path, value, branch)]
    yield from near[0] if len(near) == 1 else [_wrong(path, value, schema)]


def _of_object(value: dict[str, Any], schema: Mapping[str, Any], path: Path) -> Iterator[Violation]:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for key, member in value.items():
        if key in known:
            yield from violations(member, known[key], (*path, key))
        elif others is False:
            yield Violation((*path, key), "config-key", f"unknown key; {did_you_mean(key, list(known))}")
        elif "propertyNames" in schema and not _matches(schema["propertyNames"]["pattern"], key):
            yield Violation((*path, key), "config-key", f"expected {schema['propertyNames']['title']}")
        elif isinstance(others, Mapping):
            yield from violations(member, others, (*path, key))
    for key in schema.get("required", ()):
        if key not in value:
            yield Violation(path, "config-value", f"has no key {key}")


def _of_array(value: list[Any], schema: Mapping[str, Any], path: Path) -> Iterator[Violation]:
    if schema.get("uniqueItems") and any(item in value[:index] for index, item in enumerate(value)):
        yield Violation(path, "config-value", "has the same item twice")
    for index, item in enumerate(value):
        yield from violations(item, schema["items"], (*path, index))


def _has_type(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _breaks_bounds(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether the value is of the right type but too short, too small, empty or of the wrong form."""
    if isinstance(value, str):
        fits = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        return not fits or not _matches(schema.get("pattern", ""), value)
    if isinstance(value, (list, dict)):
        return len(value) < int(schema.get("minItems", schema.get("minProperties", 0)))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        fits = schema.get("minimum", value) <= value <= schema.get("maximum", value)
        return not fits or value <= schema.get("exclusiveMinimum", value - 1)
    return False


def _matches(pattern: str, text: str) -> bool:
    """As Helm understands a pattern: for Python alone, $ would match before a line end, too."""
    return re.search(pattern.replace("$", r"\Z"), text) is not None


def _wrong(path: Path, value: Any, schema: Mapping[str, Any]) -> Violation:
    kind = next(name for name, types in _TYPES.items() if isinstance(value, types)) if value is not None else "null"
    return Violation(path, "config-value", f"expected {expectation(schema)}, found {_found(value, kind)}")


def expectation(schema: Mapping[str, Any]) -> str:
    """What a schema asks for, to go on after "expected"."""
    if "title" in schema:
        return str(schema["title"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    text = _SHOWN.get(schema["type"], f"{'an' if schema['type'] == 'object' else 'a'} {schema['type']}")
    if "minimum" in schema:
        text += f" from {schema['minimum']} to {schema['maximum']}"
    if schema.get("minItems") or schema.get("minProperties") or schema.get("minLength"):
        text += " that is not empty"
    return text


def _found(value: Any, kind: str) -> str:
    """Of a text no more than that it is one: it may be a secret."""
    if kind in ("array", "object"):
        return "a list" if kind == "array" else "an object"
    if kind == "integer" and abs(value) > _SHOWN_NUMBERS:
        return "a number of a great many digits"
    return "other text" if kind == "string" else json.dumps(value)


def did_you_mean(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {close[0]}?" if close else f"expected one of {', '.join(known)}"
