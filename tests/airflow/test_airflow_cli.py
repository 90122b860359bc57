"""Airflow's own command line over the generated DAGs."""

from __future__ import annotations

import subprocess
import sys

from live_airflow import LiveAirflow


def command(airflow: LiveAirflow, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "airflow", *arguments],
        env=airflow.home.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_import_errors_name_the_broken_job_files_and_nothing_else(airflow: LiveAirflow):
    listed = command(airflow, "dags", "list-import-errors", "--output", "plain")

    assert listed.returncode == 1
    assert "broken/jobs/no_description.py:5:7: error: JOB has 1 element(s), not 2" in listed.stdout
    assert {line.split()[1] for line in listed.stdout.splitlines() if line.startswith("dags-folder")} == {
        "airflow_control_plane_problems.py"
    }


def test_a_dag_can_be_tested(airflow: LiveAirflow):
    tested = command(airflow, "dags", "test", "arguments_echo", "--conf", '{"args": ["--name", "Ada"]}')

    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert 'argv: ["--name", "Ada"]' in tested.stdout
