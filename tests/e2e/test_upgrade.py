"""Upgrade, roll back, uninstall and install again: changes reach Airflow, and nothing is lost that must be kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.cluster.settings import REPOSITORY

from .harness.airflow import Airflow
from .harness.commands import helm
from .harness.durable import GREETING, VALUES, WAITING, Durable, install
from .harness.measuring import Measure
from .harness.namespaces import namespace
from .harness.release import Release
from .harness.values import merged
from .harness.waiting import eventually
from .harness.watching import dags_watched

# charts/README.md says how it was made.
EARLIER_CHART = Path(__file__).with_name("charts") / "airflow-control-plane-0.1.0.tgz"
GRACE_SECONDS = 240
# With these settings a scheduler soon takes another one for dead, and that one's running tasks for lost.
HASTY_SECONDS = 15
# Longer than Airflow's default for taking a silent scheduler for dead.
SILENT_SECONDS = 35
HASTY = {
    "scheduler_health_check_threshold": HASTY_SECONDS,
    "orphaned_tasks_check_interval": HASTY_SECONDS,
}
PATIENT_VALUES = merged(VALUES, {"scheduler": {"terminationGracePeriodSeconds": GRACE_SECONDS}})
HASTY_VALUES = merged(PATIENT_VALUES, {"airflow": {"config": {"scheduler": HASTY}}})
PASSWORD = "kept in the database, encrypted"
ANALYST = {
    "username": "analyst",
    "password": "password-of-the-analyst",
    "email": "analyst@example.com",
    "first_name": "Ada",
    "last_name": "Analyst",
    "roles": [{"name": "Viewer"}],
}


@dataclass(frozen=True)
class Upgrade:
    """What was seen of an upgrade during which a task ran."""

    kept_before: dict[str, Any]
    kept_after: dict[str, Any]
    end_and_tries: tuple[str, int]
    dags_during: list[set[str]]
    dags_after: list[set[str]]


@pytest.fixture(scope="module")
def durable(cluster: None) -> Iterator[Durable]:
    """A release of the chart of the work tree. Its first revision, with hasty schedulers, is of the earlier chart."""
    with namespace("e2e-upgrade") as name:
        earlier = install(Release(name, chart=EARLIER_CHART), HASTY_VALUES)
        with earlier.release.airflow() as airflow:
            connection = {"connection_id": "warehouse", "conn_type": "postgres", "password": PASSWORD}
            airflow.call("POST", "/api/v2/connections", connection)
            airflow.call("POST", "/auth/fab/v1/users", ANALYST)
        yield replace(earlier, release=Release(name))


@pytest.fixture(scope="module")
def upgrade(durable: Durable) -> Upgrade:
    """From the earlier chart to the chart of the work tree."""
    run_id = durable.start_waiting("upgraded")
    before = what_is_kept(durable)
    with dags_watched(durable.release) as dags:
        durable.release.upgrade(PATIENT_VALUES)
        upgraded = len(dags)
        eventually(lambda: silent_schedulers(durable), "the old scheduler, which waits for the task, has been silent")
        durable.let_go("upgraded")
        end_and_tries = durable.end_and_tries(run_id)
    return Upgrade(before, what_is_kept(durable), end_and_tries, dags[:upgraded], dags[upgraded:])


def test_two_renderings_differ_only_in_generated_secrets():
    first, second = ({key(found): found for found in rendered()} for _ in range(2))
    assert first.keys() == second.keys()
    differing = {kind_and_name for kind_and_name, found in first.items() if found != second[kind_and_name]}
    assert differing == {kind_and_name for kind_and_name in first if kind_and_name.startswith("Secret/")}


def test_an_upgrade_from_the_earlier_chart_keeps_secrets_and_database(upgrade: Upgrade):
    assert upgrade.kept_after == upgrade.kept_before


def test_no_dag_disappears_during_an_upgrade_from_the_earlier_chart(upgrade: Upgrade):
    assert upgrade.dags_during and upgrade.dags_after
    for dags in upgrade.dags_during + upgrade.dags_after:
        assert dags == {GREETING, WAITING}


def test_a_running_task_outlives_an_upgrade_and_is_tried_once(upgrade: Upgrade):
    assert upgrade.end_and_tries == ("success", 1)


def test_a_user_can_log_in_after_an_upgrade(upgrade: Upgrade, durable: Durable):
    with durable.release.webserver() as url:
        assert Airflow.logged_in(url, ANALYST["username"], ANALYST["password"]).dag_ids() == {GREETING, WAITING}


@pytest.mark.usefixtures("upgrade")
def test_a_change_of_sync_settings_reaches_the_generator_and_restarts_nothing(durable: Durable, measure: Measure):
    before = durable.release.container_ids()
    durable.release.upgrade(merged(PATIENT_VALUES, {"sync": {"intervalSeconds": 120}}))
    with measure("helm upgrade changes a setting of the sync: the sidecar has read it"):
        eventually(lambda: "read the settings again" in sidecar_log(durable), "the sidecar has read its settings again")
    assert durable.release.container_ids() == before


@pytest.mark.usefixtures("upgrade")
def test_a_rollback_to_hasty_schedulers_keeps_data_and_runs_a_waiting_task_a_second_time(durable: Durable):
    run_id = durable.start_waiting("rolled-back")
    kept = what_is_kept(durable)
    durable.release.rollback(1)
    eventually(lambda: durable.tries(run_id) == 2, "the new scheduler has given up on the old one", 180)
    durable.let_go("rolled-back")
    assert durable.end_and_tries(run_id) == ("success", 2)
    assert what_is_kept(durable) == kept


def test_a_release_that_is_installed_again_finds_its_database_and_can_decrypt_it(durable: Durable):
    kept = what_is_kept(durable)
    durable.release.uninstall()
    assert not durable.release.get("deployments,statefulsets")
    durable.release.install(PATIENT_VALUES)
    assert what_is_kept(durable) == kept
    assert kept["password"] == PASSWORD


def rendered() -> list[dict[str, Any]]:
    text = helm("template", "airflow", REPOSITORY, "--values=-", input=json.dumps(PATIENT_VALUES))
    return [found for found in yaml.safe_load_all(text) if found]


def key(found: Mapping[str, Any]) -> str:
    return f"{found['kind']}/{found['metadata']['name']}"


def what_is_kept(durable: Durable) -> dict[str, Any]:
    secrets = durable.release.get("secrets", "--selector=app.kubernetes.io/component=secrets")
    output = durable.release.exec("airflow-scheduler", "airflow", "connections", "get", "warehouse", "--output=json")
    with durable.release.airflow() as airflow:
        users = airflow.call("GET", "/auth/fab/v1/users")["users"]
    return {
        "secrets": {secret["metadata"]["name"]: secret["data"] for secret in secrets},
        "users": {user["username"] for user in users},
        "runs": durable.run_ids(WAITING),
        "password": json.loads(output[output.index("[{") :])[0]["password"],
    }


def silent_schedulers(durable: Durable) -> int:
    silent = f"latest_heartbeat < now() - interval '{SILENT_SECONDS} s'"
    query = f"SELECT count(*) FROM job WHERE job_type = 'SchedulerJob' AND state = 'running' AND {silent}"
    psql = ["psql", "--username=airflow", "--no-align", "--tuples-only", f"--command={query}"]
    return int(durable.release.exec("postgresql", *psql, workload="statefulset/{}-postgresql"))


def sidecar_log(durable: Durable) -> str:
    return durable.release.kubectl("logs", "deployment/airflow-scheduler", "--container=dag-sync-sidecar")
