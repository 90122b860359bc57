"""What the documentation says is true: its commands run, its links lead somewhere, its tables match the code."""

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
from pages import JOBS, PAGES, ROOT, SYNC, commands, table

CASES = ROOT / "tests" / "generator" / "cases"
WRITERS = re.findall(r"tools/docs/\w+\.py", (ROOT / "Makefile").read_text(encoding="utf-8"))


def all_commands(first_word: str) -> list[str]:
    found = {command for page in PAGES for command in commands(page) if command.split()[0] == first_word}
    assert found, f"no page shows a command that begins with {first_word}"
    return sorted(found)


def run(command: list[str | Path], folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "generator")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_every_command_is_of_a_kind_that_some_test_runs() -> None:
    run_here = {"airflow-control-plane", "helm", "make"}
    run_on_airflow = {"curl"}
    run_on_a_cluster = {"kubectl"}
    shown = {command.split()[0] for page in PAGES for command in commands(page)}
    assert shown <= run_here | run_on_airflow | run_on_a_cluster


@pytest.mark.parametrize("command", all_commands("airflow-control-plane"))
def test_generator_command_succeeds(command: str) -> None:
    folder = ROOT if "examples/packages" in command else ROOT / "examples"
    result = run([sys.executable, "-m", "airflow_control_plane", *shlex.split(command)[1:]], folder)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("command", all_commands("make"))
def test_make_target_exists_and_make_help_lists_it(command: str) -> None:
    target = command.split()[1]
    assert re.search(rf"^{target}\b", run(["make", "help"]).stdout, re.MULTILINE)


@pytest.mark.parametrize("command", all_commands("helm"))
def test_helm_accepts_the_arguments(command: str) -> None:
    """There is no cluster here: `helm install` is rendered instead, other commands are only parsed."""
    helm, verb, *arguments = shlex.split(command)
    instead = ["template", *arguments] if verb == "install" else [verb, *arguments, "--help"]
    result = run([ROOT / ".bin" / helm, *instead])
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_blocks_and_details_are_closed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^```(\w*)$", text, re.MULTILINE)
    assert all(fences[0::2]) and not any(fences[1::2])
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_of_the_repository(page: Path) -> None:
    targets = re.findall(r"\]\((?!https://)([^)]*)\)", page.read_text(encoding="utf-8"))
    broken = []
    for target in targets:
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("script", WRITERS)
def test_what_make_docs_writes_is_up_to_date(script: str) -> None:
    result = run([sys.executable, ROOT / script, "--check"])
    assert result.returncode == 0, result.stderr


def test_exit_codes_match_those_of_the_generator() -> None:
    assert table(SYNC, "code") == {str(int(code)): meaning for code, meaning in EXIT_CODE_MEANINGS.items()}


def test_every_problem_code_is_documented_and_a_case_provokes_it() -> None:
    texts = (case.read_text(encoding="utf-8") for case in CASES.glob("*/case.json"))
    provoked = {code for text in texts for code in re.findall(r"\[([a-z-]+)\]\"", text)}
    assert set(table(JOBS, "code")) == provoked


def test_every_setting_is_documented_in_the_order_of_the_schema() -> None:
    documented = table(JOBS, "setting")
    assert list(documented) == list(JOB_CONFIG_SCHEMA["properties"])
    assert all(documented.values())


def test_the_job_with_every_setting_has_every_setting() -> None:
    _, _, example = JOBS.read_text(encoding="utf-8").partition("<!-- example: job -->")
    config = example.partition("JOB_CONFIG = {")[2].partition("\n}")[0]
    shown = set(re.findall(r'^    "(\w+)":', config, re.MULTILINE))
    assert shown == set(JOB_CONFIG_SCHEMA["properties"]) - {"after"}
