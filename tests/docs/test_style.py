"""The style check of `make lint` finds the habits it is for, in Markdown and in comments and messages of code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from pages import ROOT

VALE = ROOT / ".bin" / "vale"
CONFIGURATION = ROOT / "tools" / "vale" / "vale.ini"

# By rule: what it must find, and how the same is said in plain English.
HABITS = {
    "Because": [
        ("It is kept, for nobody knows.", "It is kept, because nobody knows."),
        ("Use stdout, for Airflow shows stderr as errors.", "Use stdout, because Airflow shows stderr as errors."),
        ("It fails, for the folder is full.", "Maps are merged; for everything else the last value wins."),
    ],
    "Negation": [
        ("'99' is no minute from 0 to 59", "minute 99 is out of range (0-59)"),
        ("Files without JOB are no jobs.", "There is no job in it, so it is no longer read."),
    ],
    "Of": [
        ("Of the DAG folder, a disk-backed emptyDir", "Size limit of the DAG folder, of course on disk"),
        ("It waits. Of the jobs, one fails.", "It waits. One of the jobs fails."),
    ],
    "Save": [
        ("It removes all of it, save what is built.", "It removes all of it, except what is built."),
        ("All save one are removed.", "Save the file, and it is read again."),
    ],
    "SuchAs": [
        ("Tools such as Helm, on a host such as this.", "Tools such as Helm, on a host like this."),
    ],
    "Too": [
        ("The scheduler runs the jobs, too.", "The scheduler also runs the jobs."),
        ("It is read, too, and kept.", "It is too large, and too old."),
    ],
    "Words": [
        ("Write anew what is generated", "Regenerate the generated files"),
        ("Whoever has the lock waits.", "The process that has the lock waits."),
        ("It tells of missed deadlines.", "It reports missed deadlines."),
        ("What stands in the file counts.", "The text of the file counts; a fake stands in for the network."),
    ],
}
CASES = [(rule, before, after) for rule, pairs in HABITS.items() for before, after in pairs]

pytestmark = pytest.mark.skipif(not VALE.exists(), reason="Vale is not built: run make lint")


def rules_broken(path: Path, text: str) -> set[str]:
    path.write_text(text, encoding="utf-8")
    command = [VALE, f"--config={CONFIGURATION}", "--output=JSON", path]
    found = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    return {alert["Check"].removeprefix("Plain.") for alerts in found.values() for alert in alerts}


@pytest.mark.parametrize("rule, before, after", CASES)
def test_a_habit_is_found_and_its_plain_form_is_not(tmp_path: Path, rule: str, before: str, after: str) -> None:
    assert rules_broken(tmp_path / "before.md", f"# Title\n\n{before}\n") == {rule}
    assert rules_broken(tmp_path / "after.md", f"# Title\n\n{after}\n") == set()


@pytest.mark.parametrize(
    "name, text",
    [
        ("docstring.py", 'def run() -> None:\n    """Of the DAG folder."""\n'),
        ("comment.py", "limit = 1  # of files\n\n# Of the DAG folder\nsize = 2\n"),
        ("values.yaml", "limits:\n  # Of the DAG folder.\n  size: 1\n"),
        ("_helper.tpl", '{{/* Of the DAG folder. */}}\n{{- define "name" -}}\n'),
        ("NOTES.txt", "Of the DAG folder {{ .Values.dags.dir }}\n"),
    ],
)
def test_prose_in_code_is_read(tmp_path: Path, name: str, text: str) -> None:
    assert rules_broken(tmp_path / name, text) == {"Of"}


def test_a_message_in_code_is_read(tmp_path: Path) -> None:
    assert rules_broken(tmp_path / "code.py", 'raise ValueError(f"{name!r} is no job")\n') == {"Negation"}


def test_code_is_not_taken_for_prose(tmp_path: Path) -> None:
    code = "for name in (load, save):\n    if name is not None:\n        print(too, of, anew_name)\n"
    assert rules_broken(tmp_path / "code.py", code) == set()


def test_commands_and_code_in_markdown_are_not_read(tmp_path: Path) -> None:
    text = "# Title\n\n`is no job`\n\n```sh\necho whoever\n```\n"
    assert rules_broken(tmp_path / "page.md", text) == set()


def test_every_rule_has_a_habit_here() -> None:
    rules = {rule.stem for rule in (CONFIGURATION.parent / "styles" / "Plain").glob("*.yml")}
    assert rules == set(HABITS)
