"""Airflow follows changes to the packages while the sync loop runs, both with the chart's settings."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from live_airflow import LiveAirflow

DAG = "fresh_report"
JOB = 'def entrypoint(argv):\n    return 0\n\n\nJOB = (entrypoint, "{description}")\n'


def test_a_dag_is_added_changed_and_removed_with_its_job_file(airflow: LiveAirflow, capsys: pytest.CaptureFixture[str]):
    latencies: dict[str, float] = {}
    job = airflow.home.packages / "fresh" / "jobs" / "report.py"
    job.parent.mkdir(parents=True)

    def follows(change: str, condition: Callable[[], bool]) -> None:
        started = time.monotonic()
        airflow.wait(f"a job file {change}", condition)
        latencies[change] = time.monotonic() - started

    job.write_text(JOB.format(description="First"))
    follows("added", lambda: airflow.dag(DAG).get("description") == "First")

    job.write_text("JOB = (entrypoint,")
    follows("broken", lambda: any("fresh/jobs/report.py:1:" in error for error in airflow.api.import_errors()))
    assert not airflow.dag(DAG)["is_stale"]

    job.write_text(JOB.format(description="Second"))
    follows("repaired", lambda: airflow.dag(DAG)["description"] == "Second")
    airflow.wait(
        "the import error to clear", lambda: not any("fresh" in error for error in airflow.api.import_errors())
    )

    job.unlink()
    follows("removed", lambda: airflow.dag(DAG)["is_stale"])

    with capsys.disabled():
        seconds = ", ".join(f"{change}: {latency:.1f}" for change, latency in latencies.items())
        print(f"\nseconds until Airflow saw a job file that was {seconds}")


def test_airflow_has_no_warnings_about_the_generated_dags(airflow: LiveAirflow):
    assert airflow.api.call("GET", "/api/v2/dagWarnings")["dag_warnings"] == []
