"""Writes the tables of values in README.md and docs/values.md from values.yaml and its comments. `make docs` runs it.

With --check nothing is written, and the exit code is 1 if a table is stale.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from values_comments import comments

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- values: begin (make docs) -->", "<!-- values: end -->"


def summary(values: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """One row for each section, with the first sentence of its comment: the table of README.md."""
    rows = (f"| `{section}` | {first_sentence(texts[section])} |" for section in values)
    return "\n".join(["| section | what it sets |", "| --- | --- |", *rows])


def first_sentence(text: str) -> str:
    return re.split(r"(?<=\.)\s", text, maxsplit=1)[0]


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
    source = (ROOT / "values.yaml").read_text(encoding="utf-8")
    values, texts = yaml.safe_load(source), comments(source)
    stale = []
    for name, table in (("README.md", summary(values, texts)), ("docs/values.md", reference(values, texts))):
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
