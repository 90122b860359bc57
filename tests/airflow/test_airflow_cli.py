"""Airflow's command line works with the generated DAGs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from live_airflow import LiveAirflow


def command(airflow: LiveAirflow, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "airflow", *arguments],
        env=airflow.home.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_list_import_errors_names_only_the_broken_job_files(airflow: LiveAirflow):
    listed = command(airflow, "dags", "list-import-errors", "--output", "plain")

    assert listed.returncode == 1
    assert "broken/jobs/no_description.py:5:7: error: JOB has 1 element(s) instead of 2" in listed.stdout
    assert {line.split()[1] for line in listed.stdout.splitlines() if line.startswith("dags-folder")} == {
        "airflow_control_plane_problems.py"
    }


@pytest.fixture
def paused_dag(airflow: LiveAirflow) -> Iterator[str]:
    """A DAG that is paused, so the live scheduler does not start the run that `dags test` creates."""
    path = "/api/v2/dags/arguments_echo"
    airflow.api.call("PATCH", path, {"is_paused": True})
    yield "arguments_echo"
    airflow.api.call("PATCH", path, {"is_paused": False})


def test_dags_test_runs_a_job_with_arguments(airflow: LiveAirflow, paused_dag: str):
    result = command(airflow, "dags", "test", paused_dag, "--conf", '{"args": ["--name", "Ada"]}')

    assert result.returncode == 0, result.stdout + result.stderr
    assert 'argv: ["--name", "Ada"]' in result.stdout
