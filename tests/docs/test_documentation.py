"""What the documentation says is true: its commands run, its links lead somewhere, its tables are those of the code."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from airflow_control_plane.model.errors import EXIT_CODE_MEANINGS
from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "examples" / "README.md"]
CASES = ROOT / "tests" / "generator" / "cases"


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


def all_commands(first_word: str) -> list[str]:
    found = {command for page in PAGES for command in commands(page) if command.split()[0] == first_word}
    assert found, f"no page shows a command that begins with {first_word}"
    return sorted(found)


def table(page: Path, first_header: str) -> dict[str, str]:
    """The first two columns of the table whose first column is headed so."""
    _, _, rest = page.read_text(encoding="utf-8").partition(f"| {first_header} |")
    rows = [line for line in rest.partition("\n\n")[0].splitlines()[2:] if line.startswith("|")]
    cells = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows)
    return {first.strip("`"): second for first, second, *_ in cells}


def test_every_command_shown_is_of_a_kind_that_is_run_somewhere() -> None:
    run_here = {"airflow-control-plane", "helm", "make"}
    on_a_cluster = {"kubectl"}
    shown = {command.split()[0] for page in PAGES for command in commands(page)}
    assert shown <= run_here | on_a_cluster


@pytest.mark.parametrize("command", all_commands("airflow-control-plane"))
def test_generator_command_succeeds(command: str) -> None:
    folder = ROOT if "examples/packages" in command else ROOT / "examples"
    result = subprocess.run(
        [sys.executable, "-m", "airflow_control_plane", *shlex.split(command)[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "generator")},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("command", all_commands("make"))
def test_make_target_exists_and_is_in_its_help(command: str) -> None:
    target = command.split()[1]
    described = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^{target}\b", described, re.MULTILINE)


@pytest.mark.parametrize("command", all_commands("helm"))
def test_helm_command_takes_these_arguments(command: str) -> None:
    """Without a cluster: what installs is rendered instead, what needs a release is only parsed."""
    helm, verb, *arguments = shlex.split(command)
    instead = ["template", *arguments] if verb == "install" else [verb, *arguments, "--help"]
    result = subprocess.run([ROOT / ".bin" / helm, *instead], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_blocks_and_details_are_closed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^```(\w*)$", text, re.MULTILINE)
    assert all(fences[0::2]) and not any(fences[1::2])
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_of_the_repository(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("script", ["values_tables.py", "jobs_schema.py", "example_dag.py"])
def test_what_make_docs_writes_is_up_to_date(script: str) -> None:
    result = subprocess.run(
        [sys.executable, ROOT / "tools" / "docs" / script, "--check"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "generator")},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr


def test_exit_codes_are_those_of_the_generator() -> None:
    documented = table(ROOT / "docs" / "sync.md", "code")
    assert documented == {str(int(code)): meaning for code, meaning in EXIT_CODE_MEANINGS.items()}


def test_every_problem_code_is_documented_and_provoked_by_a_case() -> None:
    documented = set(table(ROOT / "docs" / "jobs.md", "code"))
    texts = (case.read_text(encoding="utf-8") for case in CASES.glob("*/case.json"))
    provoked = {code for text in texts for code in re.findall(r"\[([a-z-]+)\]\"", text)}
    assert documented == provoked


def test_every_setting_is_documented_in_the_order_of_the_schema() -> None:
    documented = table(ROOT / "docs" / "jobs.md", "setting")
    assert list(documented) == list(JOB_CONFIG_SCHEMA["properties"])
    assert all(documented.values())


def test_the_job_of_the_readme_has_every_setting() -> None:
    job = (ROOT / "README.md").read_text(encoding="utf-8").partition("JOB_CONFIG = {")[2].partition("\n}")[0]
    shown = set(re.findall(r'^    "(\w+)":', job, re.MULTILINE))
    assert shown == set(JOB_CONFIG_SCHEMA["properties"]) - {"after"}
