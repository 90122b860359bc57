"""The Python that the documentation shows works: jobs are found and run, and the Python API gives what is printed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import JOBS, PAGES, ROOT, blocks

JOB_FILE = re.compile(r"# packages/(\S+)\n")
JOB_FILES = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(blocks(page.read_text(encoding="utf-8"), "python"), start=1)
    if JOB_FILE.match(block)
]
EXAMPLES = 8  # jobs in the example packages


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the example packages in `packages`."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "examples" / "packages", tmp_path / "packages", ignore=ignored)
    return tmp_path


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "ETL_"))}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "generator"), str(folder / "packages")])
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def save_job(folder: Path, block: str) -> str:
    """Saves a job file where its first line says and returns the name of the job."""
    found = JOB_FILE.match(block)
    assert found
    path = folder / "packages" / found[1]
    path.write_text(block, encoding="utf-8")
    return f"{path.parent.parent.name}.{path.stem}"


@pytest.mark.parametrize("block", JOB_FILES)
def test_a_job_file_has_no_problems(folder: Path, block: str) -> None:
    save_job(folder, block)

    checked = python(folder, "-m", "airflow_control_plane", "check", "--format", "json")

    assert json.loads(checked.stdout) == {"jobs": EXAMPLES + 1, "problems": []}


def test_a_job_definition_runs(folder: Path) -> None:
    [block] = [block for block in blocks(JOBS.read_text(encoding="utf-8"), "python") if "JobDefinition(" in block]
    job = save_job(folder, block)

    ran = python(folder, "-m", "airflow_control_plane", "run", job, "--", "--since", "2026-01-01")

    assert ran.returncode == 0, ran.stderr
    assert "loading customers --since 2026-01-01" in ran.stdout


def test_the_python_api_answers_what_is_printed(folder: Path) -> None:
    sessions = folder / "sessions.txt"
    sessions.write_text("\n".join(blocks(JOBS.read_text(encoding="utf-8"), "pycon")), encoding="utf-8")
    assert ">>>" in sessions.read_text(encoding="utf-8")

    tested = python(folder, "-m", "doctest", str(sessions))

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_the_command_line_is_a_function_that_returns_the_exit_code(folder: Path) -> None:
    [script] = [block for block in blocks(JOBS.read_text(encoding="utf-8"), "python") if "cli.main" in block]

    assert python(folder, "-c", script).returncode == 0
    (folder / "packages" / "data_pipeline" / "jobs" / "example_job.py").write_text("JOB = 1\n")
    assert python(folder, "-c", script).returncode == 1
