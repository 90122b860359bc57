"""Upgrade, roll back, uninstall and install again: what changes reaches Airflow, and what must not be lost stays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from .harness.airflow import Airflow
from .harness.commands import REPOSITORY, helm
from .harness.jobs import AWAIT_FILE
from .harness.namespaces import namespace
from .harness.packages_volume import VALUES as ON_A_VOLUME
from .harness.packages_volume import PackagesVolume
from .harness.release import LIGHT, Release
from .harness.values import merged
from .harness.waiting import wait_until

NAMESPACE = "e2e-upgrade"
GRACE_SECONDS = 240
# With these a scheduler soon takes another one for dead, and its running tasks for lost.
HASTY_SECONDS = 15
# Longer than Airflow waits for a scheduler unless told otherwise.
SILENT_SECONDS = 35
HASTY = {
    "scheduler_health_check_threshold": HASTY_SECONDS,
    "orphaned_tasks_check_interval": HASTY_SECONDS,
}
PATIENT_VALUES = merged(LIGHT, ON_A_VOLUME, {"scheduler": {"terminationGracePeriodSeconds": GRACE_SECONDS}})
HASTY_VALUES = merged(PATIENT_VALUES, {"airflow": {"config": {"scheduler": HASTY}}})
DAG = "slow_await_file"
PASSWORD = "kept in the database, encrypted"


@pytest.fixture(scope="module")
def packages(cluster: None) -> Iterator[PackagesVolume]:
    with namespace(NAMESPACE):
        packages = PackagesVolume(NAMESPACE)
        packages.create()
        packages.write("slow/jobs/await_file.py", AWAIT_FILE)
        yield packages


@pytest.fixture(scope="module")
def release(packages: PackagesVolume) -> Release:
    """Its first revision is hasty, the later ones patient, so that a roll back is one to hasty schedulers."""
    release = Release(NAMESPACE)
    release.install(HASTY_VALUES)
    with release.airflow() as airflow:
        wait_until(lambda: airflow.dag(DAG), f"{DAG} is listed")
        connection = {"connection_id": "warehouse", "conn_type": "postgres", "password": PASSWORD}
        airflow.call("POST", "/api/v2/connections", connection)
    return release


def test_two_renders_differ_in_nothing_but_generated_secrets():
    first, second = ({key(found): found for found in rendered()} for _ in range(2))
    assert first.keys() == second.keys()
    differing = {kind_and_name for kind_and_name, found in first.items() if found != second[kind_and_name]}
    assert differing == {kind_and_name for kind_and_name in first if kind_and_name.startswith("Secret/")}


def test_a_running_task_outlives_an_upgrade_which_keeps_secrets_and_database(
    release: Release, packages: PackagesVolume
):
    run_id = start(release, "upgraded")
    kept = what_is_kept(release)
    release.upgrade(PATIENT_VALUES)
    wait_until(lambda: silent_schedulers(release), "the old scheduler, which waits for the task, is silent for long")
    packages.write("upgraded", "")
    assert end_and_tries(release, run_id) == ("success", 1)
    assert what_is_kept(release) == kept


def test_a_change_of_sync_settings_reaches_the_generator_and_restarts_nothing(release: Release):
    before = running_containers(release)
    release.upgrade(merged(PATIENT_VALUES, {"sync": {"intervalSeconds": 120}}))
    wait_until(lambda: "settings read again" in sidecar_log(release), "the sidecar has read its settings again", 120)
    assert running_containers(release) == before


def test_a_task_that_impatient_schedulers_give_up_is_tried_once_more_after_a_roll_back(
    release: Release, packages: PackagesVolume
):
    run_id = start(release, "rolled-back")
    kept = what_is_kept(release)
    release.rollback(1)
    with release.airflow() as airflow:
        wait_until(lambda: task(airflow, run_id)["try_number"] == 2, "the new scheduler has given up the old one", 180)
    packages.write("rolled-back", "")
    assert end_and_tries(release, run_id) == ("success", 2)
    assert what_is_kept(release) == kept


def test_a_release_that_is_installed_again_finds_its_database_and_can_decrypt_it(release: Release):
    kept = what_is_kept(release)
    release.uninstall()
    assert not release.get("deployments,statefulsets")
    release.install(PATIENT_VALUES)
    assert what_is_kept(release) == kept


def rendered() -> list[dict[str, Any]]:
    text = helm("template", "airflow", REPOSITORY, "--values=-", input=json.dumps(PATIENT_VALUES))
    return [found for found in yaml.safe_load_all(text) if found]


def key(found: Mapping[str, Any]) -> str:
    return f"{found['kind']}/{found['metadata']['name']}"


def start(release: Release, file: str) -> str:
    """A run whose task goes on until the file is there."""
    with release.airflow() as airflow:
        run_id = airflow.trigger(DAG, {"args": [file]})
        wait_until(lambda: task(airflow, run_id)["state"] == "running", f"the task that awaits {file} runs")
    return run_id


def end_and_tries(release: Release, run_id: str) -> tuple[str, int]:
    with release.airflow() as airflow:
        return airflow.end_of_run(DAG, run_id), task(airflow, run_id)["try_number"]


def task(airflow: Airflow, run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = airflow.get(f"dags/{DAG}/dagRuns/{run_id}/taskInstances/run")
    return found


def what_is_kept(release: Release) -> dict[str, Any]:
    secrets = release.get("secrets", "--selector=app.kubernetes.io/component=secrets")
    with release.airflow() as airflow:
        runs = airflow.get(f"dags/{DAG}/dagRuns")["dag_runs"]
    told = release.exec("airflow-scheduler", "airflow", "connections", "get", "warehouse", "--output=json")
    return {
        "secrets": {secret["metadata"]["name"]: secret["data"] for secret in secrets},
        "runs": {run["dag_run_id"] for run in runs},
        "password": json.loads(told[told.index("[{") :])[0]["password"],
    }


def silent_schedulers(release: Release) -> int:
    silent = f"latest_heartbeat < now() - interval '{SILENT_SECONDS} s'"
    query = f"SELECT count(*) FROM job WHERE job_type = 'SchedulerJob' AND state = 'running' AND {silent}"
    psql = ["psql", "--username=airflow", "--no-align", "--tuples-only", f"--command={query}"]
    return int(release.exec("postgresql", *psql, workload="statefulset/{}-postgresql"))


def running_containers(release: Release) -> dict[str, str]:
    pods = release.get("pods", "--selector=app.kubernetes.io/instance=airflow")
    return {
        f"{pod['metadata']['name']}/{container['name']}": container["containerID"]
        for pod in pods
        for container in pod["status"]["containerStatuses"]
    }


def sidecar_log(release: Release) -> str:
    return release.kubectl("logs", "deployment/airflow-scheduler", "--container=dag-sync-sidecar")
