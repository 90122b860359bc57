"""Upgrade, roll back, uninstall and install again: what changes reaches Airflow, and what must not be lost stays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from tools.cluster.settings import REPOSITORY

from .harness.commands import helm
from .harness.durable import VALUES, WAITING, Durable, install
from .harness.measuring import Measure
from .harness.namespaces import namespace
from .harness.pod_status import statuses
from .harness.values import merged
from .harness.waiting import eventually

GRACE_SECONDS = 240
# With these a scheduler soon takes another one for dead, and its running tasks for lost.
HASTY_SECONDS = 15
# Longer than Airflow waits for a scheduler unless told otherwise.
SILENT_SECONDS = 35
HASTY = {
    "scheduler_health_check_threshold": HASTY_SECONDS,
    "orphaned_tasks_check_interval": HASTY_SECONDS,
}
PATIENT_VALUES = merged(VALUES, {"scheduler": {"terminationGracePeriodSeconds": GRACE_SECONDS}})
HASTY_VALUES = merged(PATIENT_VALUES, {"airflow": {"config": {"scheduler": HASTY}}})
PASSWORD = "kept in the database, encrypted"


@pytest.fixture(scope="module")
def upgraded(cluster: None) -> Iterator[Durable]:
    """Its first revision is hasty, the later ones patient, so that a roll back is one to hasty schedulers."""
    with namespace("e2e-upgrade") as name:
        installed = install(name, HASTY_VALUES)
        with installed.release.airflow() as airflow:
            connection = {"connection_id": "warehouse", "conn_type": "postgres", "password": PASSWORD}
            airflow.call("POST", "/api/v2/connections", connection)
        yield installed


def test_two_renders_differ_in_nothing_but_generated_secrets():
    first, second = ({key(found): found for found in rendered()} for _ in range(2))
    assert first.keys() == second.keys()
    differing = {kind_and_name for kind_and_name, found in first.items() if found != second[kind_and_name]}
    assert differing == {kind_and_name for kind_and_name in first if kind_and_name.startswith("Secret/")}


def test_a_running_task_outlives_an_upgrade_which_keeps_secrets_and_database(upgraded: Durable):
    run_id = upgraded.start_waiting("upgraded")
    kept = what_is_kept(upgraded)
    upgraded.release.upgrade(PATIENT_VALUES)
    eventually(lambda: silent_schedulers(upgraded), "the old scheduler, which waits for the task, is silent for long")
    upgraded.let_go("upgraded")
    assert upgraded.end_and_tries(run_id) == ("success", 1)
    assert what_is_kept(upgraded) == kept


def test_a_change_of_sync_settings_reaches_the_generator_and_restarts_nothing(upgraded: Durable, measure: Measure):
    before = running_containers(upgraded)
    upgraded.release.upgrade(merged(PATIENT_VALUES, {"sync": {"intervalSeconds": 120}}))
    with measure("helm upgrade has changed a setting of the sync: the sidecar has read it"):
        eventually(lambda: "settings read again" in sidecar_log(upgraded), "the sidecar has read its settings again")
    assert running_containers(upgraded) == before


def test_a_task_that_impatient_schedulers_give_up_is_tried_once_more_after_a_roll_back(upgraded: Durable):
    run_id = upgraded.start_waiting("rolled-back")
    kept = what_is_kept(upgraded)
    upgraded.release.rollback(1)
    eventually(lambda: upgraded.tries(run_id) == 2, "the new scheduler has given up the old one", 180)
    upgraded.let_go("rolled-back")
    assert upgraded.end_and_tries(run_id) == ("success", 2)
    assert what_is_kept(upgraded) == kept


def test_a_release_that_is_installed_again_finds_its_database_and_can_decrypt_it(upgraded: Durable):
    kept = what_is_kept(upgraded)
    upgraded.release.uninstall()
    assert not upgraded.release.get("deployments,statefulsets")
    upgraded.release.install(PATIENT_VALUES)
    assert what_is_kept(upgraded) == kept
    assert kept["password"] == PASSWORD


def rendered() -> list[dict[str, Any]]:
    text = helm("template", "airflow", REPOSITORY, "--values=-", input=json.dumps(PATIENT_VALUES))
    return [found for found in yaml.safe_load_all(text) if found]


def key(found: Mapping[str, Any]) -> str:
    return f"{found['kind']}/{found['metadata']['name']}"


def what_is_kept(durable: Durable) -> dict[str, Any]:
    secrets = durable.release.get("secrets", "--selector=app.kubernetes.io/component=secrets")
    told = durable.release.exec("airflow-scheduler", "airflow", "connections", "get", "warehouse", "--output=json")
    return {
        "secrets": {secret["metadata"]["name"]: secret["data"] for secret in secrets},
        "runs": durable.run_ids(WAITING),
        "password": json.loads(told[told.index("[{") :])[0]["password"],
    }


def silent_schedulers(durable: Durable) -> int:
    silent = f"latest_heartbeat < now() - interval '{SILENT_SECONDS} s'"
    query = f"SELECT count(*) FROM job WHERE job_type = 'SchedulerJob' AND state = 'running' AND {silent}"
    psql = ["psql", "--username=airflow", "--no-align", "--tuples-only", f"--command={query}"]
    return int(durable.release.exec("postgresql", *psql, workload="statefulset/{}-postgresql"))


def running_containers(durable: Durable) -> dict[str, str]:
    return {
        f"{pod['metadata']['name']}/{name}": status["containerID"]
        for pod in durable.release.get("pods", "--selector=app.kubernetes.io/instance=airflow")
        for name, status in statuses(pod).items()
    }


def sidecar_log(durable: Durable) -> str:
    return durable.release.kubectl("logs", "deployment/airflow-scheduler", "--container=dag-sync-sidecar")
