"""Every value has one text, its comment in values.yaml, and the schema and the documentation repeat it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
import yaml
from rendered import ROOT, Object

WRITERS = ROOT / "tools" / "docs"
VALUES = """
# The jobs.
# All of them.
jobs:
  # How many.
  count: 1

  limits: {cpu: 1}
"""


@pytest.fixture
def writers(monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    """Imports the writers of documentation as a script does: from their own folder."""
    monkeypatch.syspath_prepend(str(WRITERS))

    class Writers:
        @staticmethod
        def load(name: str) -> ModuleType:
            return importlib.import_module(name)

    yield Writers
    for path in WRITERS.glob("*.py"):
        sys.modules.pop(path.stem, None)


def described(writers: type, values: str) -> Object:
    """The schema as it is written for these values."""
    comments, schema = writers.load("values_comments"), writers.load("values_schema")
    paths = [path for path, _ in comments.key_lines(values)]
    text = (ROOT / "values.schema.json").read_text(encoding="utf-8")
    return schema.with_descriptions(json.loads(text), paths, comments.comments(values))


def real_values() -> str:
    return (ROOT / "values.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("writer", ["values_schema.py", "values_tables.py"])
def test_what_is_written_from_the_values_is_up_to_date(writer: str) -> None:
    result = subprocess.run(
        [sys.executable, WRITERS / writer, "--check"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "generator")},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr


def test_a_key_without_a_comment_is_named(writers: type) -> None:
    values = real_values().replace("  # Number of pods.\n", "")
    with pytest.raises(SystemExit, match="write a comment above webserver.replicas, triggerer.replicas$"):
        described(writers, values)


def test_a_second_comment_on_what_is_described_already_is_named(writers: type) -> None:
    values = real_values().replace(
        "    requests: {cpu: 250m, memory: 1Gi", "    # More.\n    requests: {cpu: 250m, memory: 1Gi"
    )
    with pytest.raises(SystemExit, match="scheduler.resources.requests and sync.resources.requests share one comment"):
        described(writers, values)


def test_a_comment_is_the_text_right_above_a_key(writers: type) -> None:
    comments = writers.load("values_comments").comments(VALUES)
    assert comments == {"jobs": "The jobs. All of them.", "jobs.count": "How many."}


def test_a_comment_is_replaced_in_place(writers: type) -> None:
    replaced = writers.load("values_comments").with_comments(VALUES, {"jobs": "Jobs.", "jobs.limits": "At most."})
    assert (
        replaced
        == """
# Jobs.
jobs:
  # How many.
  count: 1

  # At most.
  limits: {cpu: 1}
"""
    )


def test_a_long_comment_is_read_as_it_was_written(writers: type) -> None:
    comments = writers.load("values_comments")
    text = " ".join(["dag-processor"] * 30)
    written = comments.with_comments(VALUES, {"jobs": text})
    assert max(map(len, written.splitlines())) <= 120
    assert comments.comments(written)["jobs"] == text


def test_a_map_has_a_row_for_each_member_only_if_its_members_have_texts(writers: type) -> None:
    comments, tables = writers.load("values_comments"), writers.load("values_tables")
    values = VALUES.replace("  limits:", "  # At most.\n  limits:")
    assert (
        tables.reference(yaml.safe_load(values), comments.comments(values))
        == """## jobs

The jobs. All of them.

| key | default | what it sets |
| --- | --- | --- |
| `jobs.count` | `1` | How many. |
| `jobs.limits` | `{"cpu": 1}` | At most. |"""
    )
