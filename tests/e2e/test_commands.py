"""The commands that you are told to type work as printed, for release airflow in namespace airflow."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from collections.abc import Iterator

import pytest

from tools.cluster.commands import CommandError

from .harness.airflow import Airflow
from .harness.commands import helm, shell
from .harness.examples import DAG_IDS, GREETING
from .harness.forwarding import forwarding
from .harness.release import Release

pytestmark = pytest.mark.usefixtures("release")

SIDECAR = "kubectl exec -n airflow deployment/airflow-scheduler -c dag-sync-sidecar --"
SCHEDULER = "kubectl exec -n airflow deployment/airflow-scheduler -c airflow-scheduler --"


@pytest.fixture(scope="module")
def airflow(release: Release) -> Iterator[Airflow]:
    with release.airflow() as airflow:
        yield airflow


def test_the_ui_opens_at_the_documented_address():
    if is_taken(8080):
        pytest.skip("another program listens on port 8080 of this machine")
    with forwarding("kubectl", "port-forward", "-n", "airflow", "svc/airflow-webserver", "8080:80"):
        assert "Airflow" in body_of("http://localhost:8080/")


def test_the_command_line_triggers_a_run(airflow: Airflow):
    output = shell(
        f"""{SCHEDULER} airflow dags trigger {GREETING} --conf '{{"args": ["--name", "Grace"]}}' --output json"""
    )
    [run_id] = re.findall(r'"dag_run_id": "([^"]+)"', output)
    assert airflow.end_of_run(GREETING, run_id) == "success"
    assert "Hello, Grace!" in airflow.task_output(GREETING, run_id)


def test_the_rest_api_triggers_a_run(airflow: Airflow):
    state, output = airflow.run(GREETING, {"args": ["--name", "Katherine"]})
    assert state == "success"
    assert "Hello, Katherine!" in output


def test_status_prints_a_summary():
    output = shell(f"{SIDECAR} airflow-control-plane status")
    assert "8 job(s) in /opt/airflow/dags, last sync" in output
    assert "0 problem(s)" in output


def test_sync_beside_the_running_sidecar_tells_you_to_use_once():
    with pytest.raises(CommandError) as refusal:
        shell(f"{SIDECAR} airflow-control-plane sync")
    assert refusal.value.status == 2
    assert "--once" in refusal.value.output


def test_the_service_serves_status_metrics_and_health(release: Release):
    with release.dag_sync() as url:
        status = json.loads(body_of(f"{url}/status"))
        assert sorted(job["dag_id"] for job in status["jobs"]) == sorted(DAG_IDS)
        assert status["complete"] and not status["problems"]
        assert re.search(r"^airflow_control_plane_jobs 8$", body_of(f"{url}/metrics"), re.MULTILINE)
        assert body_of(f"{url}/healthz")


def test_the_notes_say_how_to_log_in(release: Release):
    notes = helm("get", "notes", release.name, f"--namespace={release.namespace}")
    [command] = re.findall(r"^\s*(kubectl get secret .*)$", notes, re.MULTILINE)
    with release.webserver() as url:
        assert Airflow.logged_in(url, "admin", shell(command).strip()).dag_ids() == set(DAG_IDS)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def body_of(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()
