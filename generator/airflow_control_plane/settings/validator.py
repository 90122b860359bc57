"""Validates a value against the part of JSON Schema that `schema` uses. The standard library has no validator."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from airflow_control_plane.model.settings import Path

Schema = Mapping[str, Any]


class Violation(NamedTuple):
    """`path` leads to the invalid value; `message` continues "<path>: "."""

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
_LARGEST_SHOWN = 10**15  # Python itself refuses to print integers of more than a few thousand digits
_NOUNS = {"array": "list", "integer": "whole number"}


def violations(value: Any, schema: Schema, path: Path = ()) -> Iterator[Violation]:
    """Everything that is wrong with `value`, in the order of its own keys."""
    if "anyOf" in schema:
        yield from _of_choice(value, schema, path)
    elif "const" in schema:
        if value != schema["const"]:
            yield _unexpected(path, value, schema)
    elif not _has_type(value, schema["type"]) or _breaks_bounds(value, schema):
        yield _unexpected(path, value, schema)
    elif isinstance(value, dict):
        yield from _of_object(value, schema, path)
    elif isinstance(value, list):
        yield from _of_array(value, schema, path)


def _of_choice(value: Any, schema: Schema, path: Path) -> Iterator[Violation]:
    """One branch must hold. If only one has the value's type, what is wrong there says more than the choice."""
    branches = [(branch, list(violations(value, branch, path))) for branch in schema["anyOf"]]
    if not all(found for _, found in branches):
        return
    near = [found for branch, found in branches if found[0] != _unexpected(path, value, branch)]
    yield from near[0] if len(near) == 1 else [_unexpected(path, value, schema)]


def _of_object(value: dict[str, Any], schema: Schema, path: Path) -> Iterator[Violation]:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for key, member in value.items():
        if key in known:
            yield from violations(member, known[key], (*path, key))
        elif others is False:
            yield Violation((*path, key), "config-key", f"unknown key; {_did_you_mean(key, list(known))}")
        elif "propertyNames" in schema and not _matches(schema["propertyNames"]["pattern"], key):
            yield Violation((*path, key), "config-key", f"expected {schema['propertyNames']['title']}")
        elif isinstance(others, Mapping):
            yield from violations(member, others, (*path, key))
    for key in schema.get("required", ()):
        if key not in value:
            yield Violation(path, "config-value", f"the key {key} is missing")


def _of_array(value: list[Any], schema: Schema, path: Path) -> Iterator[Violation]:
    if schema.get("uniqueItems") and any(item in value[:index] for index, item in enumerate(value)):
        yield Violation(path, "config-value", "contains an item twice")
    for index, item in enumerate(value):
        yield from violations(item, schema["items"], (*path, index))


def _has_type(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _breaks_bounds(value: Any, schema: Schema) -> bool:
    """Whether a value of the right type is too short, too small, empty or of the wrong form."""
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
    r"""As Helm reads a pattern. In Python, $ would also match before a final line end; \Z does not."""
    return re.search(pattern.replace("$", r"\Z"), text) is not None


def _unexpected(path: Path, value: Any, schema: Schema) -> Violation:
    return Violation(path, "config-value", f"expected {expectation(schema)}, found {_shown(value)}")


def expectation(schema: Schema) -> str:
    """What a schema asks for, to continue "expected ..."."""
    if "title" in schema:
        return str(schema["title"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema["type"] == "boolean":
        return "true or false"
    is_filled = schema.get("minItems") or schema.get("minProperties") or schema.get("minLength")
    noun = ("non-empty " if is_filled else "") + str(_NOUNS.get(schema["type"], schema["type"]))
    bounds = f" from {schema['minimum']} to {schema['maximum']}" if "minimum" in schema else ""
    return f"{'an' if noun.startswith('o') else 'a'} {noun}{bounds}"


def _shown(value: Any) -> str:
    """The value for a message. A string is not shown: it may be a secret."""
    if isinstance(value, str):
        return "a string (not shown)"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, int) and abs(value) > _LARGEST_SHOWN:
        return "a number with too many digits"
    return json.dumps(value)


def _did_you_mean(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {close[0]}?" if close else f"expected one of {', '.join(known)}"
