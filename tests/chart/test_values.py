"""values.yaml, values.schema.json and the templates use the same keys, and every key has an effect."""

from __future__ import annotations

import copy
import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rendered import ROOT, Object, RenderingFailed, objects_in, render_text

VALUES: Object = yaml.safe_load((ROOT / "values.yaml").read_text(encoding="utf-8"))
SCHEMA: Object = json.loads((ROOT / "values.schema.json").read_text(encoding="utf-8"))
CHANGES: Object = yaml.safe_load(Path(__file__).with_name("changed_values.yaml").read_text(encoding="utf-8"))


def resolved(schema: Object) -> Object:
    """The schema merged over the definition that it refers to."""
    reference = schema.get("allOf", [{}])[0].get("$ref")
    return {**SCHEMA["definitions"][reference.rpartition("/")[2]], **schema} if reference else schema


def is_ours(path: str, schema: Object) -> bool:
    """Whether an object has keys to check: it is not passed through, and does not repeat another object."""
    repeats = path.endswith(".pod") or path == "jobs.defaults"
    return schema.get("additionalProperties") is False and not repeats


def schema_keys(schema: Object, prefix: str = "") -> Iterator[tuple[str, Object]]:
    """All keys in the schema that the chart defines, with their schemas."""
    for key, member in schema["properties"].items():
        path = f"{prefix}{key}"
        if path == "global":
            continue
        member = resolved(member)
        yield path, member
        if is_ours(path, member):
            yield from schema_keys(member, f"{path}.")


def value_at(path: str) -> Any:
    return functools.reduce(lambda value, key: value[key], path.split("."), VALUES)


def leaves() -> list[str]:
    """The keys whose value is not a map, or is a map that is passed through."""
    return [path for path, schema in schema_keys(SCHEMA) if not is_ours(path, schema)]


def value_keys(values: Object, prefix: str = "") -> Iterator[str]:
    """All keys of values.yaml, down to the leaves."""
    for key, value in values.items():
        path = f"{prefix}{key}"
        yield path
        if isinstance(value, dict) and path not in leaves():
            yield from value_keys(value, f"{path}.")


def with_value(values: Object, path: str, value: Any) -> Object:
    """A copy of the values with one more value."""
    result = copy.deepcopy(values)
    *parents, last = path.split(".")
    functools.reduce(lambda inner, key: inner.setdefault(key, {}), parents, result)[last] = value
    return result


@functools.cache
def outcome_of(values: str) -> str:
    """The rendered objects without the generated secrets, or Helm's error message."""
    try:
        items = objects_in(render_text(json.loads(values)))
    except RenderingFailed as failure:
        return str(failure)
    return json.dumps([{**item, "data": sorted(item["data"])} if item["kind"] == "Secret" else item for item in items])


def outcome(values: Object) -> str:
    return outcome_of(json.dumps(values, sort_keys=True))


def test_values_and_schema_have_the_same_keys() -> None:
    assert set(value_keys(VALUES)) == {path for path, _ in schema_keys(SCHEMA)}


def test_every_key_is_described() -> None:
    undescribed = [path for path, schema in schema_keys(SCHEMA) if not schema.get("description", "").endswith(".")]
    definitions = [
        f"{name}.{key}"
        for name, definition in SCHEMA["definitions"].items()
        for key, member in definition["properties"].items()
        if not member.get("description", "").endswith(".")
    ]
    assert undescribed + definitions == []


def test_every_key_that_a_template_reads_is_in_the_values() -> None:
    read = set()
    for template in (ROOT / "templates").rglob("*.*"):
        read |= set(re.findall(r"[.$]?\b[vV]alues\.([a-zA-Z.]*[a-zA-Z])", template.read_text(encoding="utf-8")))
    known = set(value_keys(VALUES)) | {"schema.json"}
    assert len(read) > 50
    assert {path for path in read if path not in known} == set()


def test_every_leaf_has_a_changed_value() -> None:
    assert set(CHANGES) == set(leaves())


@pytest.mark.parametrize("path", CHANGES)
def test_every_key_changes_the_rendering(path: str) -> None:
    change = CHANGES[path]
    surroundings = change.get("with", {})
    assert change["to"] != value_at(path)
    before, after = outcome(surroundings), outcome(with_value(surroundings, path, change["to"]))
    assert not before.startswith("Error")
    assert after != before
    if "fails" in change:
        assert change["fails"] in after
    else:
        assert not after.startswith("Error"), after
