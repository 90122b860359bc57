"""Jobs run after other jobs or on a schedule, in a live Airflow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from live_airflow import LiveAirflow, Run

CLOCK = "clock_every_minute"
FIRST = ("chain_raw_fails", "chain_raw_skips", "chain_raw_extract")
FOLLOWERS = ("chain_clean_transform", "chain_report_after_all", "chain_report_after_any")
MAX_DELAY = timedelta(seconds=25)  # the machine may be busy


@pytest.fixture(scope="module")
def unpaused(airflow: LiveAirflow) -> datetime:
    assert airflow.dag(CLOCK)["is_paused"]
    airflow.api.call("PATCH", f"/api/v2/dags/{CLOCK}", {"is_paused": False})
    return datetime.now().astimezone()


@pytest.fixture(scope="module")
def chain(airflow: LiveAirflow, unpaused: datetime) -> dict[str, dict[str, Any]]:
    """The one run of each DAG after the DAGs in FIRST were triggered."""
    for dag_id in FIRST:
        airflow.trigger(dag_id, {})
    return {dag_id: only_run(airflow, dag_id) for dag_id in (*FIRST, *FOLLOWERS)}


def only_run(airflow: LiveAirflow, dag_id: str) -> dict[str, Any]:
    def ended() -> list[dict[str, Any]]:
        return [run for run in airflow.runs(dag_id) if run["state"] in ("success", "failed")]

    [run] = airflow.wait(f"the end of a run of {dag_id}", ended)
    return run


def test_one_manual_run_starts_a_chain_across_packages(chain: dict[str, dict[str, Any]]):
    assert chain["chain_raw_extract"]["run_type"] == "manual"
    assert {chain[dag_id]["run_type"] for dag_id in FOLLOWERS} == {"asset_triggered"}
    assert {chain[dag_id]["state"] for dag_id in FOLLOWERS} == {"success"}


def test_each_job_starts_after_its_upstream_jobs_end(airflow: LiveAirflow, chain: dict[str, dict[str, Any]]):
    tasks = {dag_id: airflow.task(Run(dag_id, run["dag_run_id"])) for dag_id, run in chain.items()}

    assert moment(tasks["chain_raw_extract"], "end") <= moment(tasks["chain_clean_transform"], "start")
    for follower in ("chain_report_after_all", "chain_report_after_any"):
        assert moment(tasks["chain_clean_transform"], "end") <= moment(tasks[follower], "start")


def test_each_job_of_the_chain_runs_once(airflow: LiveAirflow, chain: dict[str, dict[str, Any]]):
    assert {dag_id: len(airflow.runs(dag_id)) for dag_id in FOLLOWERS} == dict.fromkeys(FOLLOWERS, 1)


def test_no_job_runs_after_one_that_failed_or_was_skipped(airflow: LiveAirflow, chain: dict[str, dict[str, Any]]):
    assert chain["chain_raw_fails"]["state"] == "failed"
    assert (
        chain["chain_raw_skips"]["state"] == "success"
    )  # Airflow counts a run whose only task was skipped as a success
    assert airflow.runs("chain_clean_after_failure") == []


def test_a_scheduled_job_runs_on_time(airflow: LiveAirflow, unpaused: datetime):
    def runs() -> list[dict[str, Any]]:
        ended = [run for run in airflow.runs(CLOCK) if run["state"] == "success"]
        return [run for run in ended if moment(run, "run_after") > unpaused]

    run = airflow.wait("a run of every minute", runs)[0]

    assert run["run_type"] == "scheduled"
    assert moment(run, "run_after").second == 0
    assert moment(run, "run_after") <= unpaused + timedelta(minutes=1)
    assert moment(run, "start") - moment(run, "run_after") < MAX_DELAY
    airflow.api.call("PATCH", f"/api/v2/dags/{CLOCK}", {"is_paused": True})


def test_a_scheduled_run_that_misses_its_deadline_sends_a_notification(airflow: LiveAirflow, unpaused: datetime):
    run_id = airflow.runs(CLOCK)[0]["dag_run_id"]

    [post] = airflow.wait("a post about the deadline", lambda: airflow.inbox.posts_about(run_id))

    assert "clock.every_minute missed its deadline" in post


def moment(run: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(run[name if name in run else f"{name}_date"].replace("Z", "+00:00"))
