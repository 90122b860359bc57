"""`explain`: each effective setting and where it came from; and `schema`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from _settings import EVERY_KEY, Config, job_text
from _workspace import Workspace
from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA
from hostile_cases import Result, run

EXPLAINED = """\
schedule         "@daily"                          JOB_CONFIG
timezone         "UTC"                             built-in
after            -                                 built-in
retries          2                                 values jobs.defaults
retry_delay      300                               built-in
retry_backoff    False                             built-in
max_retry_delay  -                                 built-in
timeout          -                                 built-in
deadline         "off"                             values jobs.overrides."shop.orders"
resources        {"cpu": 1}                        JOB_CONFIG (not enforced: the LocalExecutor runs jobs in its own pod)
notify           {"on_failure": ["slack:alerts"]}  values jobs.defaults
group            -                                 built-in
args             ["--day", "today"]                JOB_CONFIG
env              {"REGION": "eu", "DAY": "today"}  values jobs.defaults + JOB_CONFIG
python           -                                 built-in
owner            -                                 built-in
tags             -                                 built-in
display_name     -                                 built-in
max_active_runs  1                                 built-in
pool             -                                 built-in
priority         1                                 built-in
queue            -                                 built-in
paused           True                              values jobs.overrides."shop.orders"
enabled          True                              built-in
"""
JSON = ("--format", "json")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def explain(
    workspace: Workspace,
    config: Config | None = None,
    defaults: Config | None = None,
    overrides: Config | None = None,
    *,
    flags: tuple[str, ...] = (),
    airflow: Mapping[str, object] | None = None,
) -> Result:
    workspace.write_job("orders", text=job_text(config))
    jobs = {"defaults": defaults or {}, "overrides": {"shop.orders": overrides or {}}}
    workspace.settings.write_text(json.dumps({"jobs": jobs, "airflow": airflow or {}}))
    options = ("--packages-root", workspace.packages, "--settings", workspace.settings)
    return run("explain", "shop.orders", *options, *flags)


def fields(workspace: Workspace, *layers: Config | None) -> dict[str, dict[str, object]]:
    result = explain(workspace, *layers, flags=JSON)
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_shows_every_setting_with_its_origin(workspace: Workspace) -> None:
    result = explain(
        workspace,
        {"schedule": "@daily", "resources": {"cpu": 1}, "args": ["--day", "today"], "env": {"DAY": "today"}},
        {"retries": 2, "deadline": "1h", "notify": {"on_failure": ["slack:alerts"]}, "env": {"REGION": "eu"}},
        {"deadline": "off", "paused": True},
        airflow={"executor": "LocalExecutor"},
    )
    assert (result.code, result.out) == (0, EXPLAINED)


def test_prints_the_same_as_data(workspace: Workspace) -> None:
    data = fields(workspace, EVERY_KEY)
    assert list(data) == list(JOB_CONFIG_SCHEMA["properties"])
    assert data == {key: {"value": value, "from": "JOB_CONFIG"} for key, value in EVERY_KEY.items()}


def test_data_keeps_a_setting_that_has_a_remark(workspace: Workspace) -> None:
    result = explain(workspace, {"resources": {"cpu": 1}}, flags=JSON, airflow={"executor": "LocalExecutor"})
    assert json.loads(result.out)["resources"] == {
        "value": {"cpu": 1},
        "from": "JOB_CONFIG",
        "remark": "not enforced: the LocalExecutor runs jobs in its own pod",
    }


DEFAULTS, CONFIG, OVERRIDE = "values jobs.defaults", "JOB_CONFIG", 'values jobs.overrides."shop.orders"'


@pytest.mark.parametrize(
    ("layers", "origin"),
    [
        pytest.param(({"env": {"A": "1"}}, {"env": {"B": "2"}}, {"env": {"C": "3"}}),
                     f"{DEFAULTS} + {CONFIG} + {OVERRIDE}", id="merged"),
        pytest.param(({"env": {"A": "1"}}, None, {"env": {"C": "3"}}), f"{DEFAULTS} + {OVERRIDE}", id="two_merged"),
        pytest.param(({"notify": {}}, {"notify": "off"}, {"notify": {}}), OVERRIDE, id="off_between"),
        pytest.param(({"notify": "off"}, {"notify": {}}, {"notify": {}}), f"{CONFIG} + {OVERRIDE}", id="off_below"),
        pytest.param(({"notify": {}}, {"notify": {}}, {"notify": "off"}), OVERRIDE, id="off_above"),
        pytest.param(({"tags": ["a"]}, {"tags": ["b"]}, None), CONFIG, id="list"),
        pytest.param(({"after": {"any": ["a.b"]}}, {"after": {"any": ["c.d"]}}, None), CONFIG, id="replaced_map"),
        pytest.param((None, {"retries": 0}, None), CONFIG, id="same_as_built_in"),
        pytest.param((None, None, {"retries": 1}), OVERRIDE, id="override_alone"),
    ],
)  # fmt: skip
def test_names_the_places_that_count(workspace: Workspace, layers: tuple, origin: str) -> None:
    (key,) = {key for layer in layers for key in layer or {}}
    defaults, config, overrides = layers
    assert fields(workspace, config, defaults, overrides)[key]["from"] == origin


def test_a_job_without_a_dag_is_explained_too(workspace: Workspace) -> None:
    assert fields(workspace, None, {"enabled": False})["enabled"] == {"value": False, "from": DEFAULTS}


def test_a_conflict_is_told_beside_the_settings_that_make_it(workspace: Workspace) -> None:
    workspace.write_job("prices")
    result = explain(workspace, {"schedule": "@daily"}, None, {"after": ["shop.prices"]})
    assert result.code == 0
    assert "orders.py:2:15: error: schedule and after together" in result.err
    assert f'after            ["shop.prices"]  {OVERRIDE}\n' in result.out


def test_an_unknown_job_is_an_error_that_names_those_that_there_are(workspace: Workspace) -> None:
    workspace.write_job("orders")
    result = run("explain", "shop.order", "--packages-root", workspace.packages)
    assert (result.code, result.out) == (2, "")
    assert "no job shop.order" in result.err and "there are: shop.orders" in result.err


def test_the_schema_describes_every_setting() -> None:
    document = json.loads(run("schema").out)
    assert document["title"] == "JOB_CONFIG of an airflow-control-plane job"
    assert all(key["description"].endswith(".") for key in document["properties"].values())
