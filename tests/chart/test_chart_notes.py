"""What the notes after an installation say about the examples is true."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from rendered import ROOT


def scheduled_examples(dags: Path) -> set[str]:
    """The DAGs of the examples that have a schedule of their own."""
    command = [sys.executable, "-m", "airflow_control_plane", "generate", "--dags-dir", dags]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "generator"), "ETL_PACKAGES_ROOT": "packages"}
    subprocess.run(command, cwd=ROOT / "examples", env=environment, capture_output=True, check=True)
    files = list(dags.glob("*_dag.py"))
    assert len(files) == 8
    return {
        file.name.removesuffix("_dag.py")
        for file in files
        if "schedule=CronTriggerTimetable(" in file.read_text(encoding="utf-8")
    }


def test_the_notes_name_every_example_with_a_schedule(tmp_path: Path) -> None:
    notes = (ROOT / "templates" / "NOTES.txt").read_text(encoding="utf-8")
    named = re.findall(r'\$scheduled := "(\w+)\.(\w+)"', notes)
    assert {"_".join(name) for name in named} == scheduled_examples(tmp_path)
