"""Writes the tables of docs/values.md from values.yaml and its comments. `make docs` runs it.

With --check nothing is written, and the exit code is 1 if a table is stale.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from values_comments import comments

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "values.md"
BEGIN, END = "<!-- values: begin (make docs) -->", "<!-- values: end -->"


def reference(values: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """A heading, a text and a table for each section: docs/values.md."""
    return "\n\n".join(section_text(section, values[section], texts) for section in values)


def section_text(section: str, value: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    table = ["| key | default | what it sets |", "| --- | --- | --- |", *rows(section, value, texts)]
    return "\n".join([f"## {section}", "", texts[section], "", *table])


def rows(prefix: str, value: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[str]:
    """A row for each key. A map has rows for its members if they have comments, else it is shown as a whole."""
    for key, member in value.items():
        path = f"{prefix}.{key}"
        has_rows = isinstance(member, dict) and any(f"{path}.{name}" in texts for name in member)
        default = "" if has_rows else f"`{json.dumps(member)}`"
        yield f"| `{path}` | {default} | {texts[path]} |"
        if has_rows:
            yield from rows(path, member, texts)


def with_table(text: str, table: str) -> str:
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{PAGE}: expected a table between the lines\n{BEGIN}\n{END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if a table is stale")
    options = parser.parse_args()
    source = (ROOT / "values.yaml").read_text(encoding="utf-8")
    values, texts = yaml.safe_load(source), comments(source)
    text = PAGE.read_text(encoding="utf-8")
    renewed = with_table(text, reference(values, texts))
    if options.check and renewed != text:
        print(f"{PAGE.name}: the tables are stale: run make docs", file=sys.stderr)
        return 1
    PAGE.write_text(renewed, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
