"""Arguments reach the job from Airflow's REST API and from its trigger form."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest
from airflow_api import ApiError
from live_airflow import LiveAirflow, Run

DAG = "arguments_echo"
UNICODE = ["--name", "Ada Lovelace", "", "--motto=Zażółć 数据 🚀", "a\nb", "{{ ds }}", "%s"]
ACCEPTED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a list of strings": ({"args": ["--name", "Ada"]}, ["--name", "Ada"]),
    "strings of any characters": ({"args": UNICODE}, UNICODE),
    "null": ({"args": None}, []),
    "no args": ({}, []),
}
REJECTED = {
    "a string": ("--name Ada", "'--name Ada' is not of type 'array', 'null'"),
    "numbers": ([1, 2], "2 is not of type 'string'"),
    "null in a list": (["--name", None], "None is not of type 'string'"),
    "an object": ({"--name": "Ada"}, "is not of type 'array', 'null'"),
}


@pytest.fixture(scope="module")
def runs(airflow: LiveAirflow) -> dict[str, Run]:
    return {case: airflow.trigger(DAG, conf) for case, (conf, _) in ACCEPTED.items()} | {"form": submit_form(airflow)}


def submit_form(airflow: LiveAirflow) -> Run:
    """Send what Airflow's UI sends for two lines in the arguments field."""
    body = {
        "conf": {"args": ["--name", "Ada"]},
        "data_interval_start": None,
        "data_interval_end": None,
        "logical_date": None,
        "note": "from the form",
    }
    return Run(DAG, airflow.api.call("POST", f"/api/v2/dags/{DAG}/dagRuns", body)["dag_run_id"])


@pytest.mark.parametrize("case", ACCEPTED)
def test_the_job_receives_the_arguments_of_the_conf(airflow: LiveAirflow, runs: dict[str, Run], case: str):
    _, expected = ACCEPTED[case]

    ended = airflow.result(runs[case])

    assert ended.state == "success", ended.log
    assert echo_of(*expected) in ended.log.splitlines()


def test_the_job_receives_the_arguments_of_the_form(airflow: LiveAirflow, runs: dict[str, Run]):
    ended = airflow.result(runs["form"])

    assert ended.state == "success", ended.log
    assert echo_of("--name", "Ada") in ended.log.splitlines()


def test_the_form_has_one_field_with_one_argument_per_line(airflow: LiveAirflow):
    params = airflow.api.call("GET", f"/api/v2/dags/{DAG}/details")["params"]

    # The UI chooses the field by the first type and by items; "null" allows it to be empty.
    assert list(params) == ["args"]
    assert params["args"]["value"] == []
    assert params["args"]["schema"] == {"type": ["array", "null"], "items": {"type": "string"}, "title": "Arguments"}
    assert params["args"]["description"] == "Arguments of the job, one per line."


@pytest.mark.parametrize("case", REJECTED)
def test_arguments_that_are_not_a_list_of_strings_are_rejected_when_triggered(airflow: LiveAirflow, case: str):
    args, reason = REJECTED[case]

    with pytest.raises(ApiError) as error:
        airflow.trigger(DAG, {"args": args})

    assert error.value.status == HTTPStatus.BAD_REQUEST
    assert reason in str(error.value)


def echo_of(*args: str) -> str:
    return f"argv: {json.dumps(args)} sys.argv: {json.dumps(['arguments.echo', *args])}"
