"""`explain`: every setting in force and where it comes from; and `schema`."""

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
resources        {"cpu": 1}                        JOB_CONFIG (NOT_ENFORCED)
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
NOT_ENFORCED = "not enforced: the LocalExecutor runs all jobs in its own pod"
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
    deployment: Mapping[str, object] | None = None,
) -> Result:
    workspace.write_job("orders", text=job_text(config))
    jobs = {"defaults": defaults or {}, "overrides": {"shop.orders": overrides or {}}}
    workspace.write_settings_text(json.dumps({"jobs": jobs, "deployment": deployment or {}}))
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
        deployment={"executor": "LocalExecutor"},
    )
    assert (result.code, result.out) == (0, EXPLAINED.replace("NOT_ENFORCED", NOT_ENFORCED))


def test_json_has_the_same_settings(workspace: Workspace) -> None:
    data = fields(workspace, EVERY_KEY)
    assert list(data) == list(JOB_CONFIG_SCHEMA["properties"])
    assert data == {key: {"value": value, "from": "JOB_CONFIG"} for key, value in EVERY_KEY.items()}


def test_json_has_the_remark_of_a_setting(workspace: Workspace) -> None:
    result = explain(workspace, {"resources": {"cpu": 1}}, flags=JSON, deployment={"executor": "LocalExecutor"})
    assert json.loads(result.out)["resources"] == {
        "value": {"cpu": 1},
        "from": "JOB_CONFIG",
        "remark": NOT_ENFORCED,
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
def test_names_the_layers_that_a_value_comes_from(workspace: Workspace, layers: tuple, origin: str) -> None:
    (key,) = {key for layer in layers for key in layer or {}}
    defaults, config, overrides = layers
    assert fields(workspace, config, defaults, overrides)[key]["from"] == origin


def test_a_job_without_a_dag_can_be_explained(workspace: Workspace) -> None:
    assert fields(workspace, None, {"enabled": False})["enabled"] == {"value": False, "from": DEFAULTS}


def test_a_conflict_is_shown_together_with_the_settings(workspace: Workspace) -> None:
    workspace.write_job("prices")
    result = explain(workspace, {"schedule": "@daily"}, None, {"after": ["shop.prices"]})
    assert result.code == 0
    assert "orders.py:2:15: error: schedule and after together" in result.err
    assert f'after            ["shop.prices"]  {OVERRIDE}\n' in result.out


def test_an_unknown_job_is_an_error_that_lists_the_jobs(workspace: Workspace) -> None:
    workspace.write_job("orders")
    result = run("explain", "shop.order", "--packages-root", workspace.packages)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"airflow-control-plane: there is no job shop.order in {workspace.packages}; the jobs are: shop.orders\n"
    )


def test_the_schema_has_a_description_of_every_setting() -> None:
    document = json.loads(run("schema").out)
    assert document["title"] == "JOB_CONFIG of an airflow-control-plane job"
    assert all(key["description"].endswith(".") for key in document["properties"].values())
