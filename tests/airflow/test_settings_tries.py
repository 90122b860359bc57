"""Retries, timeouts, exit codes, arguments, environment and interpreter of jobs, in a live Airflow."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from live_airflow import LiveAirflow, Run, task_path

DAGS = ("tries_third_time_lucky", "tries_never_ends", "tries_gives_up", "tries_skips", "tries_shows")
PYTHON_DAGS = tuple(f"other_python_{job}" for job in ("shows", "fails", "skips", "times_out", "is_stopped"))
ONLY_THERE = """\
import os

SKIP = 99


def note_pid(job):
    with open(os.path.join(os.path.dirname(__file__), job), "w") as note:
        note.write(str(os.getpid()))
"""


@pytest.fixture(scope="module")
def environment(airflow: LiveAirflow) -> Path:
    """A package's own virtual environment, with a module that exists only there."""
    folder = airflow.home.packages / "other_python" / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    [libraries] = folder.glob("lib/python*/site-packages")
    (libraries / "only_there.py").write_text(ONLY_THERE)
    return libraries


@pytest.fixture(scope="module")
def runs(airflow: LiveAirflow, environment: Path) -> dict[str, Run]:
    runs = {dag_id: airflow.trigger(dag_id, {}) for dag_id in (*DAGS, *PYTHON_DAGS)}
    return runs | {"given": airflow.trigger("tries_shows", {"args": ["--day", "2024-02-29"]})}


def test_a_job_is_retried_until_it_succeeds(airflow: LiveAirflow, runs: dict[str, Run]):
    ended = airflow.result(runs["tries_third_time_lucky"])

    assert ended.state == "success", ended.log
    assert [state for state, *_ in tries(airflow, runs["tries_third_time_lucky"])] == ["failed", "failed", "success"]


def test_retry_backoff_doubles_the_wait_before_each_retry(airflow: LiveAirflow, runs: dict[str, Run]):
    run = runs["tries_third_time_lucky"]
    airflow.result(run)
    (_, _, first_end), (_, second_start, second_end), (_, third_start, _) = tries(airflow, run)

    assert (second_start - first_end).total_seconds() >= 2
    assert (third_start - second_end).total_seconds() >= 4


def tries(airflow: LiveAirflow, run: Run) -> list[tuple[str, datetime, datetime]]:
    found = sorted(
        airflow.api.call("GET", f"{task_path(run)}/tries")["task_instances"], key=lambda each: each["try_number"]
    )
    return [(each["state"], moment(each["start_date"]), moment(each["end_date"])) for each in found]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_a_try_that_exceeds_its_timeout_is_stopped(airflow: LiveAirflow, runs: dict[str, Run]):
    ended = airflow.result(runs["tries_never_ends"])

    assert ended.state == "failed"
    assert "AirflowTaskTimeout: Timeout, PID:" in ended.log
    assert 2 <= airflow.task(runs["tries_never_ends"])["duration"] < 20


def test_exit_code_98_fails_without_a_retry(airflow: LiveAirflow, runs: dict[str, Run]):
    ended = airflow.result(runs["tries_gives_up"])

    assert ended.state == "failed"
    message = "AirflowFailException: job tries.gives_up failed with exit code 98, which means do not retry"
    assert message in ended.log.splitlines()
    assert airflow.task(runs["tries_gives_up"])["try_number"] == 1


def test_exit_code_99_skips(airflow: LiveAirflow, runs: dict[str, Run]):
    ended = airflow.result(runs["tries_skips"])

    assert ended.state == "skipped"
    assert "job tries.skips ended with exit code 99, which means skip" in ended.log.splitlines()


def test_a_run_without_arguments_uses_those_of_the_settings(airflow: LiveAirflow, runs: dict[str, Run]):
    assert 'argv: ["--day", "today"]' in airflow.result(runs["tries_shows"]).log


def test_the_arguments_of_a_run_replace_those_of_the_settings(airflow: LiveAirflow, runs: dict[str, Run]):
    assert 'argv: ["--day", "2024-02-29"]' in airflow.result(runs["given"]).log


def test_a_job_receives_its_environment_unchanged(airflow: LiveAirflow, runs: dict[str, Run]):
    log = airflow.result(runs["tries_shows"]).log

    assert "MOTTO: a $HOME {{ ds }} 100 % ETL_WORKDIR: /elsewhere" in log


def test_a_job_runs_with_its_package_s_interpreter(airflow: LiveAirflow, runs: dict[str, Run], environment: Path):
    ended = airflow.result(runs["other_python_shows"])

    assert ended.state == "success", ended.log
    assert 'argv: [] sys.argv: ["other_python.shows"] MOTTO: onward' in ended.log
    python, module = environment.parents[2] / "bin" / "python", environment / "only_there.py"
    assert f"interpreter: {python} module: {module} standard input: ''" in ended.log


def test_an_exit_code_above_255_in_another_interpreter_is_not_a_success(airflow: LiveAirflow, runs: dict[str, Run]):
    ended = airflow.result(runs["other_python_fails"])

    assert ended.state == "failed", ended.log
    assert "logged by the job" in ended.log
    assert "job other_python.fails failed with exit code 256" in ended.log


def test_exit_codes_mean_the_same_in_another_interpreter(airflow: LiveAirflow, runs: dict[str, Run]):
    assert airflow.result(runs["other_python_skips"]).state == "skipped"


def test_a_timeout_ends_the_other_interpreter(airflow: LiveAirflow, runs: dict[str, Run], environment: Path):
    ended = airflow.result(runs["other_python_times_out"])

    assert ended.state == "failed"
    assert "AirflowTaskTimeout: Timeout, PID:" in ended.log
    assert not is_running(environment / "times_out")


def test_stopping_a_run_ends_the_other_interpreter(airflow: LiveAirflow, runs: dict[str, Run], environment: Path):
    run, note = runs["other_python_is_stopped"], environment / "is_stopped"
    airflow.wait("the job to start in the other interpreter", lambda: note.exists() and is_running(note))

    airflow.api.call("PATCH", task_path(run), {"new_state": "failed"})

    airflow.wait("the job to end", lambda: not is_running(note))


def is_running(note: Path) -> bool:
    """Whether the process with the noted id is running."""
    try:
        return psutil.Process(int(note.read_text() or os.getpid())).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
