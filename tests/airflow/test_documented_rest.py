"""The commands in docs/jobs.md that start a run over REST, as printed, against a real Airflow."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from airflow_api import ApiError
from live_airflow import LiveAirflow, Run

from tests.docs.pages import JOBS, blocks, section

DAG_RUNS = "dags/data_pipeline_example_job/dagRuns"
BODY = {"logical_date": None, "conf": {"args": ["--name", "Ada"]}}


@pytest.fixture(scope="module")
def answer(airflow: LiveAirflow, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the last command prints. There is no cluster here, so kubectl is a script that knows the password."""
    programs = tmp_path_factory.mktemp("programs")
    write_program(programs / "kubectl", f"echo {base64.b64encode(airflow.home.password.encode()).decode()}")
    script = "".join(blocks(section(JOBS, "Start a run over REST"), "sh"))
    script = script.replace("http://localhost:8080", airflow.home.url)

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


def test_the_run_has_the_arguments_and_passes_them_to_the_job(airflow: LiveAirflow, answer: dict[str, Any]):
    assert answer["conf"] == BODY["conf"]

    ended = airflow.result(Run(answer["dag_id"], answer["dag_run_id"]))

    assert ended.state == "success", ended.log
    assert "Hello, Ada!" in ended.log.splitlines()


def test_logical_date_is_required(airflow: LiveAirflow):
    with pytest.raises(ApiError, match=r"\b422\b.*logical_date"):
        airflow.api.call("POST", f"/api/v2/{DAG_RUNS}", {"conf": BODY["conf"]})


def test_arguments_that_are_not_a_list_of_strings_are_refused(airflow: LiveAirflow):
    with pytest.raises(ApiError, match=r"\b400\b"):
        airflow.api.call("POST", f"/api/v2/{DAG_RUNS}", {**BODY, "conf": {"args": "--name Ada"}})


@pytest.mark.parametrize("method, path, status", [("GET", "dags", 404), ("POST", DAG_RUNS, 405)])
def test_the_api_of_airflow_2_is_gone(airflow: LiveAirflow, method: str, path: str, status: int):
    body = BODY if method == "POST" else None

    with pytest.raises(ApiError, match=rf"\b{status}\b"):
        airflow.api.call(method, f"/api/v1/{path}", body)


def write_program(path: Path, command: str) -> None:
    path.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    path.chmod(0o755)
