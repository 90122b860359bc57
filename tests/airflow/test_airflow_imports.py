"""Airflow's dag-processor imports every generated file without a warning, and imports no package code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow_home import AirflowHome

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "packages"
LAYOUTS = ("flat/jobs", "nested/nested/jobs", "with-src/src/with_src/jobs")
DESCRIPTIONS = {
    "quotes": "both ' and \", even \"\"\" and ''' and \\",
    "lines": "one\ntwo\r\nthree\ttabbed\n",
    "braces": "{} {dag_id} {{}} {0!r} %s %(args)s $HOME",
    "jinja": "{{ ds }} {% raise %} {# nothing #}",
    "beyond_ascii": "Überträge in 数据 🚀 \u202e\u2028",
    "code": '",\n) ; import os; os._exit(1)  # ',
    "a_path": "see description.md",
    "control": "\x1b[31mred\x07",
    "longest": "ä" * 1000,
}
# Importing this ends the process, so the tests would notice.
JOB = "import os\n\nos._exit(3)\n\n\ndef entrypoint(argv):\n    return 0\n\n\nJOB = (entrypoint, {description!a})\n"


def sync(home: AirflowHome, packages: Path, dags: Path) -> None:
    command = [sys.executable, "-m", "airflow_control_plane", "sync", "--once"]
    options = ["--packages-root", packages, "--dags-dir", dags]
    subprocess.run([*command, *options], check=True, env=home.environment())


def discovered(packages: Path) -> dict[str, Any]:
    from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery

    return {job.dag_id: job for job in MultiPackageJobDiscovery([packages]).discover_all_jobs_flat()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> AirflowHome:
    """The example packages, and a package in each layout with every unusual description."""
    packages = tmp_path_factory.mktemp("packages")
    shutil.copytree(EXAMPLES, packages, dirs_exist_ok=True)
    for layout in LAYOUTS:
        jobs = packages / layout
        jobs.mkdir(parents=True)
        for name, description in DESCRIPTIONS.items():
            (jobs / f"{name}.py").write_text(JOB.format(description=description))
    return AirflowHome.create(tmp_path_factory.mktemp("airflow"), packages)


@pytest.fixture(scope="module")
def report(home: AirflowHome, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Airflow's view of the DAG folder, and of a second one after a job file broke."""
    sync(home, home.packages, home.dags)

    packages, dags = tmp_path_factory.mktemp("broken_packages"), tmp_path_factory.mktemp("broken_dags")
    shutil.copytree(EXAMPLES, packages, dirs_exist_ok=True)
    sync(home, packages, dags)
    (packages / "data_pipeline" / "jobs" / "example_job.py").write_text('"""Broken."""\nJOB = [print, "x"]\n')
    sync(home, packages, dags)

    output = home.folder / "report.json"
    script = Path(__file__).parent / "dag_report.py"
    environment = home.environment()
    # Every package is importable, so an import would show up.
    environment["PYTHONPATH"] += "".join(os.pathsep + str(folder) for folder in import_roots(home))
    subprocess.run([sys.executable, script, output, home.dags, dags], check=True, env=environment)
    return json.loads(output.read_text())


def import_roots(home: AirflowHome) -> set[Path]:
    return {home.packages / job.import_root for job in discovered(home.packages).values()}


@pytest.fixture
def folder(report: dict[str, Any]) -> dict[str, Any]:
    return report["folders"][0]


@pytest.fixture
def broken_folder(report: dict[str, Any]) -> dict[str, Any]:
    return report["folders"][1]


def test_every_job_becomes_a_dag_with_the_documented_defaults(home: AirflowHome, folder: dict[str, Any]):
    from airflow_control_plane.model.settings import BUILT_IN_SETTINGS

    jobs = discovered(home.packages)

    assert len(jobs) == 8 + len(LAYOUTS) * len(DESCRIPTIONS)
    assert folder["import_errors"] == {}
    assert set(folder["dags"]) == set(jobs)
    plain = {dag_id: job for dag_id, job in jobs.items() if job.settings == BUILT_IN_SETTINGS}
    assert {dag_id: folder["dags"][dag_id] for dag_id in plain} == {
        dag_id: {
            "dag_id": dag_id,
            "description": job.description,
            "tags": sorted([job.package_name, "etl", "auto-generated"]),
            "timetable": "NullTimetable",
            "start_date": "2024-01-01T00:00:00+00:00",
            "catchup": False,
            "max_active_runs": 1,
            "is_paused_upon_creation": False,
            "args": [],
            "args_schema": {"type": ["array", "null"], "items": {"type": "string"}, "title": "Arguments"},
            "tasks": {"run": "PythonOperator"},
        }
        for dag_id, job in plain.items()
    }


@pytest.mark.parametrize("package", ["flat", "nested", "with_src"])
@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_description_reaches_airflow_unchanged(folder: dict[str, Any], package: str, name: str):
    assert folder["dags"][f"{package}_{name}"]["description"] == DESCRIPTIONS[name]


def test_there_are_no_warnings(report: dict[str, Any], folder: dict[str, Any]):
    assert report["warnings"] == []
    assert folder["unstable"] == []


def test_parsing_imports_neither_the_packages_nor_the_generator(home: AirflowHome, report: dict[str, Any]):
    packages = {job.package_name for job in discovered(home.packages).values()}
    imported = {module.partition(".")[0] for module in report["modules"]}

    assert "airflow" in imported
    assert not imported & {*packages, "etl_core", "airflow_control_plane"}


def test_a_problem_is_an_import_error_that_names_file_line_and_column(broken_folder: dict[str, Any]):
    [(filename, error)] = broken_folder["import_errors"].items()

    assert filename == "airflow_control_plane_problems.py"
    assert "data_pipeline/jobs/example_job.py:2:7: error: JOB is not a tuple" in error


def test_a_job_with_a_problem_keeps_its_dag(broken_folder: dict[str, Any]):
    assert len(broken_folder["dags"]) == 8
    assert broken_folder["dags"]["data_pipeline_example_job"]["description"] == "Example job: prints a greeting"
