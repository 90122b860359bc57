"""What breaks recovers by itself, loses nothing, and says what is wrong."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.request import urlopen

from .harness.commands import apply
from .harness.durable import GREETING, WAITING, Durable
from .harness.jobs import GREET
from .harness.measuring import Measure
from .harness.pod_status import failed, ready, restarts
from .harness.release import LIGHT, Release
from .harness.values import merged
from .harness.waiting import eventually

# Kills the process that the container's init runs, as a crash or the kernel's out-of-memory killer would.
KILL_THE_CHILD_OF_INIT = ("sh", "-c", "kill -9 $(cat /proc/1/task/1/children)")
# How long a file must be gone from a volume before its DAG is removed.
SETTLE_SECONDS = 10
ALL_WELL = ("success", ["hello again"])


def test_a_killed_sidecar_restarts_alone_and_syncs_again(durable: Durable):
    before = restarts(durable.pod("scheduler"))
    durable.release.exec("dag-sync-sidecar", "sh", "-c", "kill 1")
    eventually(lambda: restarts(durable.pod("scheduler")) != before, "a container has restarted")
    after = restarts(durable.pod("scheduler"))
    assert {name for name in after if after[name] != before[name]} == {"dag-sync-sidecar"}
    durable.packages.write("etl/shop/jobs/later.py", GREET)
    with durable.release.airflow() as airflow:
        eventually(lambda: airflow.dag("shop_later"), "a job that was added afterwards is a DAG")


def test_a_killed_scheduler_restarts_and_runs_jobs(durable: Durable):
    kill(durable, "scheduler", "airflow-scheduler")
    assert durable.greet("again") == ALL_WELL


def test_a_running_task_survives_a_killed_webserver_and_is_tried_once(durable: Durable):
    run_id = durable.start_waiting("api-server-is-back")
    kill(durable, "webserver", "webserver")
    durable.let_go("api-server-is-back")
    assert durable.end_and_tries(run_id) == ("success", 1)


def test_a_killed_postgresql_keeps_its_data_and_airflow_recovers(durable: Durable):
    before = durable.run_ids(GREETING)
    durable.release.kubectl("delete", "pod", "airflow-postgresql-0", "--grace-period=0", "--force")
    durable.release.kubectl("rollout", "status", "statefulset/airflow-postgresql", "--timeout=180s")
    assert before and before <= eventually(lambda: durable.run_ids(GREETING), "Airflow answers again", 240)
    assert durable.greet("again") == ALL_WELL


def test_an_emptied_volume_removes_no_dag(durable: Durable):
    with durable.moved_away("etl/shop", "etl/slow"):
        emptied = eventually(lambda: seen_empty(durable), "the sidecar sees that the volume is empty")
        settled = emptied + timedelta(seconds=2 * SETTLE_SECONDS)
        eventually(lambda: (seen_empty(durable) or emptied) > settled, "it has been empty for twice the settling time")
        with durable.release.airflow() as airflow:
            assert {GREETING, WAITING} <= airflow.dag_ids()
    assert durable.greet("again") == ALL_WELL


def test_a_new_pod_does_not_start_without_its_packages_and_the_old_one_keeps_working(durable: Durable):
    old = durable.pod("scheduler")["metadata"]["name"]
    with durable.moved_away("etl"):
        durable.release.kubectl("rollout", "restart", "deployment/airflow-scheduler")
        eventually(lambda: any(failed(pod, "dag-sync") for pod in others(durable, old)), "a new pod fails to start")
        new = others(durable, old)[0]["metadata"]["name"]
        log = durable.release.kubectl("logs", new, "--container=dag-sync")
        assert "/opt/airflow/packages/etl" in log
        assert ready(durable.release.get("pod", old))
        with durable.release.airflow() as airflow:
            assert {GREETING, WAITING} <= airflow.dag_ids()
    roll_out(durable)
    assert durable.greet("again") == ALL_WELL


def test_a_full_volume_gets_the_pod_evicted_and_the_release_recovers(durable: Durable):
    full = durable.pod("scheduler")["metadata"]["name"]
    durable.release.exec("airflow-scheduler", "dd", "if=/dev/zero", "of=/tmp/fill", "bs=1M", "count=1100")
    eventually(lambda: why_it_was_evicted(durable, full), "the pod is evicted", 240)
    assert 'Usage of EmptyDir volume "tmp" exceeds the limit "1Gi"' in why_it_was_evicted(durable, full)
    roll_out(durable)
    assert durable.greet("again") == ALL_WELL


def test_a_wrong_database_password_is_reported_by_the_init_container(durable: Durable, measure: Measure):
    url = "postgresql+psycopg2://airflow:wrong@airflow-postgresql:5432/airflow"
    name = {"name": "wrong-password", "namespace": durable.release.namespace}
    apply({"apiVersion": "v1", "kind": "Secret", "metadata": name, "stringData": {"connection": url}})
    wrong = Release(durable.release.namespace, "wrong")
    database = {"postgresql": {"enabled": False}, "secrets": {"database": {"existingSecret": "wrong-password"}}}
    with measure("a wrong database password: the init container says so"):
        wrong.install(merged(LIGHT, database), "--wait=false")
        advice = "ERROR: The database refuses the user or the password. Check the Secret"
        eventually(lambda: advice in log_of_migrate(wrong), "the init container says what is wrong")
    wrong.uninstall()


def kill(durable: Durable, component: str, container: str) -> None:
    """Kill a container's process and wait until the pod is ready again."""
    before = restarts(durable.pod(component))[container]
    workload = f"deployment/{{}}-{component}"
    durable.release.exec(container, *KILL_THE_CHILD_OF_INIT, workload=workload)
    eventually(lambda: restarts(durable.pod(component))[container] > before, f"{container} has restarted")
    eventually(lambda: ready(durable.pod(component)), f"the {component} is ready again", 240)


def roll_out(durable: Durable) -> None:
    durable.release.kubectl("rollout", "status", "deployment/airflow-scheduler", "--timeout=300s")


def others(durable: Durable, name: str) -> list[dict[str, Any]]:
    return [pod for pod in durable.living("scheduler") if pod["metadata"]["name"] != name]


def seen_empty(durable: Durable) -> datetime | None:
    """When the sidecar last saw that no job is left, if that is what its last sync saw."""
    with durable.release.dag_sync() as url, urlopen(f"{url}/status", timeout=10) as answer:
        status = json.load(answer)
    if "no job is left" not in json.dumps(status["held_back"]):
        return None
    return datetime.fromisoformat(status["last_sync"])


def why_it_was_evicted(durable: Durable, pod: str) -> str:
    """Read from the events: if all containers exit cleanly, the pod itself does not mention the eviction."""
    selector = f"--field-selector=reason=Evicted,involvedObject.name={pod}"
    return " ".join(event["message"] for event in durable.release.get("events", selector))


def log_of_migrate(release: Release) -> str:
    return release.kubectl("logs", f"deployment/{release.name}-scheduler", "--container=migrate")
