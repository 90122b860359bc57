"""Writes the tables of values in README.md and docs/values.md out of values.yaml and values.schema.json.

`make docs` runs it; with --check it writes nothing and exits 1 if a table is stale.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- values: begin (make docs) -->", "<!-- values: end -->"


class Row(NamedTuple):
    key: str
    default: str
    description: str

    def __str__(self) -> str:
        return f"| `{self.key}` | {self.default} | {self.description} |"


def sections(values: dict[str, Any], schema: dict[str, Any]) -> str:
    """A row for each top-level key: what the README shows."""
    rows = (f"| `{key}` | {schema['properties'][key]['description']} |" for key in values)
    return "\n".join(["| section | what it sets |", "| --- | --- |", *rows])


def leaves(values: dict[str, Any], schema: dict[str, Any]) -> str:
    """A row for each key of ours, down to what is passed through to Kubernetes or Airflow as it is."""
    rows = map(str, rows_of("", values, schema, schema["definitions"]))
    return "\n".join(["| key | default | what it sets |", "| --- | --- | --- |", *rows])


def rows_of(prefix: str, value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[Row]:
    schema = resolved(schema, definitions)
    properties = schema.get("properties")
    if isinstance(value, dict) and properties and schema.get("additionalProperties") is False and value:
        for key, member in value.items():
            yield from rows_of(f"{prefix}.{key}" if prefix else key, member, properties[key], definitions)
    else:
        yield Row(prefix, f"`{json.dumps(value)}`", schema["description"])


def resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema with what it refers to merged under it; the description beside the reference wins."""
    parts = [part["$ref"] for part in (schema, *schema.get("allOf", ())) if "$ref" in part]
    merged: dict[str, Any] = {}
    for reference in parts:
        merged |= definitions[reference.removeprefix("#/definitions/")]
    return merged | schema


def with_table(text: str, table: str, path: Path) -> str:
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{path}: expected a table between the lines\n{BEGIN}\n{END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if a table is stale")
    options = parser.parse_args()
    values = yaml.safe_load((ROOT / "values.yaml").read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "values.schema.json").read_text(encoding="utf-8"))
    stale = []
    for name, table in (("README.md", sections(values, schema)), ("docs/values.md", leaves(values, schema))):
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        renewed = with_table(text, table, path)
        if renewed != text:
            stale.append(name)
            if not options.check:
                path.write_text(renewed, encoding="utf-8")
    if options.check and stale:
        print(f"stale table of values in {', '.join(stale)}: run make docs", file=sys.stderr)
    return int(options.check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
