"""Writes into values.schema.json what is defined elsewhere. `make docs` runs it.

- The descriptions of all values: the comments of values.yaml.
- The settings of jobs and of the sync: the generator's own definition. The comments of the sync settings in values.yaml
  are written from it as well.

All else in the schema is written by hand. With --check nothing is written, and the exit code is 1 if a file is stale.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA, JOBS_SCHEMA, SYNC_SCHEMA
from values_comments import comments, key_lines, with_comments

Schema = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
VALUES, SCHEMA = ROOT / "values.yaml", ROOT / "values.schema.json"
JOB_SETTINGS = {"allOf": [{"$ref": "#/definitions/jobSettings"}]}


def with_generated_parts(schema: Schema) -> Schema:
    """The schema with all that the generator defines."""
    result = copy.deepcopy(schema)
    result["definitions"]["jobSettings"] = JOB_CONFIG_SCHEMA
    result["properties"]["jobs"] = by_reference(JOBS_SCHEMA)
    result["properties"]["sync"]["properties"].update(SYNC_SCHEMA["properties"])
    return result


def by_reference(schema: Any) -> Any:
    """A copy of a schema that refers to the settings of a job, which occur more than once in it."""
    if schema == JOB_CONFIG_SCHEMA:
        return copy.deepcopy(JOB_SETTINGS)
    return {key: by_reference(value) for key, value in schema.items()} if isinstance(schema, dict) else schema


def sync_comments() -> dict[str, str]:
    """The comments of the sync settings, by path."""
    return {f"sync.{key}": member["description"] for key, member in SYNC_SCHEMA["properties"].items()}


def with_descriptions(schema: Schema, paths: Iterator[str], texts: Mapping[str, str]) -> Schema:
    """The schema with the text of each key as its description. Keys that share a definition share one text."""
    result = copy.deepcopy(schema)
    described: dict[int, str] = {}
    missing = {}
    for path in paths:
        member = member_at(result, path)
        if member is None:
            continue
        if path not in texts:
            missing[path] = member
        elif id(member) in described:
            raise SystemExit(f"{VALUES.name}: {path} and {described[id(member)]} share one comment: remove one of them")
        else:
            described[id(member)] = path
            member["description"] = texts[path]
    undescribed = [path for path, member in missing.items() if id(member) not in described]
    if undescribed:
        raise SystemExit(f"{VALUES.name}: write a comment above {', '.join(undescribed)}")
    return result


def member_at(schema: Schema, path: str) -> Schema | None:
    """The schema of a key, or None if the key is inside a value that is passed through."""
    member: Schema | None = schema
    for key in path.split("."):
        member = member and resolved(member, schema["definitions"]).get("properties", {}).get(key)
    return member


def resolved(member: Schema, definitions: Schema) -> Schema:
    """The definition that a schema refers to, or the schema itself."""
    if "allOf" not in member:
        return member
    return definitions[member["allOf"][0]["$ref"].removeprefix("#/definitions/")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if a file is stale")
    options = parser.parse_args()
    values = with_comments(VALUES.read_text(encoding="utf-8"), sync_comments())
    schema = with_generated_parts(json.loads(SCHEMA.read_text(encoding="utf-8")))
    schema = with_descriptions(schema, (path for path, _ in key_lines(values)), comments(values))
    renewed = {VALUES: values, SCHEMA: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"}
    stale = [path for path, text in renewed.items() if path.read_text(encoding="utf-8") != text]
    if options.check and stale:
        print(f"stale: {', '.join(path.name for path in stale)}; run make docs", file=sys.stderr)
        return 1
    for path in stale:
        path.write_text(renewed[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
