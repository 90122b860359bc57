"""Every key of JOB_CONFIG reaches Airflow as intended, without errors or warnings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow_home import AirflowHome
from test_airflow_imports import sync

SCHEDULED = {
    "schedule": "30 6 * * MON-FRI",
    "timezone": "Europe/Berlin",
    "retries": 3,
    "retry_delay": "90s",
    "retry_backoff": True,
    "max_retry_delay": "1h",
    "timeout": "2h",
    "deadline": "1d",
    "resources": {"cpu": "500m", "memory": "1Gi"},
    "notify": {
        "on_failure": ["slack:data-alerts", "email:team@example.com"],
        "on_success": ["email:team@example.com"],
        "on_retry": ["slack:data-alerts"],
        "on_deadline": ["slack:data-alerts"],
    },
    "group": "reports",
    "args": ["--day", "today", "{{ ds }}"],
    "env": {"LANGUAGE": "de"},
    "python": ".venv/bin/python",
    "owner": "finance",
    "tags": ["daily"],
    "display_name": "Täglich früh ☀",
    "max_active_runs": 2,
    "pool": "database",
    "priority": 7,
    "queue": "big",
    "paused": True,
    "enabled": True,
}
JOBS = {
    "scheduled": SCHEDULED,
    "plain": {},
    "after_one": {"after": ["settings.plain"]},
    "after_all": {"after": ["settings.plain", "settings.scheduled"]},
    "after_any": {"after": {"any": ["settings.plain", "settings.scheduled"]}},
    "switched_off": {"enabled": False},
}
JOB = "def entrypoint(argv):\n    return 0\n\n\nJOB = (entrypoint, 'Has settings')\nJOB_CONFIG = {config!r}\n"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Airflow's view of jobs that use all keys, with an executor that runs each job in its own pod."""
    packages = tmp_path_factory.mktemp("packages")
    jobs = packages / "settings" / "jobs"
    jobs.mkdir(parents=True)
    for name, config in JOBS.items():
        (jobs / f"{name}.py").write_text(JOB.format(config=config), encoding="utf-8")
    home = AirflowHome.create(tmp_path_factory.mktemp("airflow"), packages)
    pod = {"spec": {"containers": [{"name": "base", "image": "airflow"}]}}
    templates = {"folder": str(home.folder / "pods"), "pod": pod}
    deployment = {"executor": "KubernetesExecutor", "triggerer": True, "podTemplates": templates}
    home.write("sync.json", json.dumps({"deployment": deployment}))
    sync(home, packages, home.dags)

    output = home.folder / "report.json"
    script = Path(__file__).parent / "serialized_dags.py"
    subprocess.run([sys.executable, script, output, home.dags], check=True, env=home.environment())
    return json.loads(output.read_text())


@pytest.fixture
def dag(report: dict[str, Any]) -> dict[str, Any]:
    return report["dags"]["settings_scheduled"]


@pytest.fixture
def task(dag: dict[str, Any]) -> dict[str, Any]:
    return dag["tasks"][0]["__var"]


def test_these_jobs_use_every_key():
    from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA

    assert {key for config in JOBS.values() for key in config} == set(JOB_CONFIG_SCHEMA["properties"])


def test_every_enabled_job_is_imported_without_a_warning(report: dict[str, Any]):
    assert report["import_errors"] == {}
    assert report["warnings"] == []
    assert set(report["dags"]) == {f"settings_{name}" for name in JOBS if name != "switched_off"}


def test_a_schedule_is_a_cron_timetable_in_its_time_zone(dag: dict[str, Any]):
    assert dag["timetable"]["__type"] == "airflow.timetables.trigger.CronTriggerTimetable"
    assert dag["timetable"]["__var"] == {
        "expression": "30 6 * * MON-FRI",
        "timezone": "Europe/Berlin",
        "interval": 0.0,
        "run_immediately": False,
    }
    assert dag["catchup"] is False


def test_dag_settings_reach_the_dag(dag: dict[str, Any]):
    assert dag["dag_display_name"] == "Täglich früh ☀"
    assert dag["tags"] == ["auto-generated", "daily", "etl", "group:reports", "settings"]
    assert dag["max_active_runs"] == 2
    assert dag["is_paused_upon_creation"] is True
    assert dict(dag["params"])["args"]["default"] == ["--day", "today", "{{ ds }}"]


def test_task_settings_reach_the_task(task: dict[str, Any]):
    assert task["retries"] == 3
    assert task["retry_delay"] == 90
    assert task["retry_exponential_backoff"] is True
    assert task["max_retry_delay"] == 3600
    assert task["execution_timeout"] == 7200
    assert task["owner"] == "finance"
    assert task["pool"] == "database"
    assert task["priority_weight"] == 7
    assert task["queue"] == "big"
    assert all(task[f"has_{event}_callback"] for event in ("on_failure", "on_success", "on_retry"))


def test_a_deadline_counts_from_the_queue_and_the_triggerer_reports_it(dag: dict[str, Any]):
    [deadline] = dag["deadline"]

    assert deadline["reference"] == {"reference_type": "DagRunQueuedAtDeadline"}
    assert deadline["interval"]["__data__"] == 24 * 3600
    callback = deadline["callback"]
    assert callback["__classname__"] == "airflow.sdk.definitions.callback.AsyncCallback"
    assert callback["__data__"]["path"] == "airflow_control_plane.notifications.deadline_missed"
    assert callback["__data__"]["kwargs"]["targets"] == ["slack:data-alerts"]


def test_resources_become_a_pod_template_for_the_executor(task: dict[str, Any]):
    template = json.loads(Path(task["executor_config"]["__var"]["pod_template_file"]).read_text())

    [container] = template["spec"]["containers"]
    assert container["resources"]["requests"] == container["resources"]["limits"] == {"cpu": "500m", "memory": "1Gi"}


@pytest.mark.parametrize(
    ("name", "condition", "upstreams"),
    [
        ("after_one", "asset_all", ["settings.plain"]),
        ("after_all", "asset_all", ["settings.plain", "settings.scheduled"]),
        ("after_any", "asset_any", ["settings.plain", "settings.scheduled"]),
    ],
)
def test_a_job_with_after_waits_for_the_assets_of_its_upstream_jobs(
    report: dict[str, Any], name: str, condition: str, upstreams: list[str]
):
    timetable = report["dags"][f"settings_{name}"]["timetable"]["__var"]["asset_condition"]

    assert timetable["__type"] == condition
    assert [asset["name"] for asset in timetable["objects"]] == upstreams


def test_every_job_has_an_asset_with_its_name(report: dict[str, Any]):
    outlets = {dag_id: dag["tasks"][0]["__var"]["outlets"] for dag_id, dag in report["dags"].items()}

    assert {dag_id: [asset["__var"]["name"] for asset in assets] for dag_id, assets in outlets.items()} == {
        dag_id: [dag_id.replace("_", ".", 1)] for dag_id in report["dags"]
    }


def test_a_job_without_settings_has_airflow_s_defaults(report: dict[str, Any]):
    dag = report["dags"]["settings_plain"]
    task = dag["tasks"][0]["__var"]

    assert dag["timetable"]["__type"] == "airflow.timetables.simple.NullTimetable"
    assert dag["deadline"] is None
    assert not task.keys() & {"retries", "execution_timeout", "pool", "queue", "executor_config"}
