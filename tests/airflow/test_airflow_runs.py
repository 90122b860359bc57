"""Jobs run in a live Airflow: their outcomes, their output, and the code they import."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from live_airflow import LONGEST_JOB, LONGEST_PACKAGE, LiveAirflow, Run

EXPECTED = "expected an exit code: 0 or None for success, any other int for failure"
OUTCOMES = {
    "outcomes_returns_zero": ("success", "printed by the job"),
    "outcomes_returns_none": ("success", "Done. Returned value was: None"),
    "outcomes_returns_three": ("failed", "JobFailed: job outcomes.returns_three failed with exit code 3"),
    "outcomes_returns_true": ("failed", f"JobFailed: job outcomes.returns_true returned True of type bool; {EXPECTED}"),
    "outcomes_returns_text": ("failed", f"JobFailed: job outcomes.returns_text returned 'ok' of type str; {EXPECTED}"),
    "outcomes_exits_with_four": ("failed", "JobFailed: job outcomes.exits_with_four failed with exit code 4"),
    "outcomes_exits_with_text": ("failed", "JobFailed: job outcomes.exits_with_text stopped: the source is empty"),
    "outcomes_raises": ("failed", "LookupError: no such customer"),
}
# One job in each layout, all with shared code from etl_core. Two have the same name in different packages.
EXAMPLES = {
    "data_pipeline_example_job": "Hello, World!",
    "file_processing_hello_world": "Hello, world!",
    "reporting_seeder_hello_world": "Hello, world! I see 3 table(s).",
}
LONGEST = f"{LONGEST_PACKAGE}_{LONGEST_JOB}"


@pytest.fixture(scope="module")
def runs(airflow: LiveAirflow) -> dict[str, Run]:
    """Trigger all of them at once, because Airflow runs several in parallel."""
    return {dag_id: airflow.trigger(dag_id, {}) for dag_id in (*OUTCOMES, *EXAMPLES, LONGEST)}


@pytest.mark.parametrize("dag_id", OUTCOMES)
def test_a_run_has_the_outcome_of_its_job_and_logs_the_reason(airflow: LiveAirflow, runs: dict[str, Run], dag_id: str):
    state, message = OUTCOMES[dag_id]

    ended = airflow.result(runs[dag_id])

    assert ended.state == state, ended.log
    assert message in ended.log.splitlines()


@pytest.mark.parametrize("dag_id", EXAMPLES)
def test_jobs_in_every_layout_run_their_own_code(airflow: LiveAirflow, runs: dict[str, Run], dag_id: str):
    ended = airflow.result(runs[dag_id])

    assert ended.state == "success", ended.log
    assert EXAMPLES[dag_id] in ended.log.splitlines()


def test_the_task_log_contains_what_a_job_prints_and_logs(airflow: LiveAirflow, runs: dict[str, Run]):
    log = airflow.result(runs["outcomes_returns_zero"]).log.splitlines()

    assert "printed by the job" in log
    assert "logged by the job" in log


def test_a_job_with_the_longest_names_runs(airflow: LiveAirflow, runs: dict[str, Run]):
    ended = airflow.result(runs[LONGEST])

    assert ended.state == "success", ended.log


@pytest.fixture
def paused_sync(airflow: LiveAirflow) -> Iterator[None]:
    """Pause the sync process during the test, so it does not notice changes."""
    sync = airflow.children.running["sync"].pid
    os.kill(sync, signal.SIGSTOP)
    yield
    os.kill(sync, signal.SIGCONT)


@pytest.mark.usefixtures("paused_sync")
def test_a_run_whose_job_file_was_just_deleted_names_the_file_and_the_folders_searched(airflow: LiveAirflow):
    packages = airflow.home.packages
    (packages / "vanishing" / "jobs" / "short_lived.py").unlink()

    ended = airflow.result(airflow.trigger("vanishing_short_lived", {}))

    assert ended.state == "failed", ended.log
    message = f"JobFailed: vanishing/jobs/short_lived.py no longer exists; searched {packages}"
    assert message in ended.log.splitlines()
