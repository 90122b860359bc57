"""The chart's NetworkPolicies, enforced: who may connect to whom, and that Airflow works with nothing else allowed.

harness/policy_rules.py stands in for a network plugin, which the tests' own cluster lacks, and says what that proves.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tools.cluster.settings import REPOSITORY

from .harness import release_images
from .harness.commands import apply, get, helm, kubectl
from .harness.namespaces import namespace
from .harness.pods import pod
from .harness.policy_rules import enforced
from .harness.release import Release
from .harness.waiting import eventually

pytestmark = pytest.mark.skipif(
    os.environ.get("E2E_CLUSTER") == "external", reason="the rules only work if the node is this machine"
)

NAMESPACE = "e2e-network"
VALUES: dict[str, Any] = {
    "scheduler": {"replicas": 2},
    "triggerer": {"enabled": True},
    "cleanup": {"enabled": True},
    "networkPolicy": {
        "webserverFrom": [{"podSelector": {"matchLabels": {"role": "proxy"}}}],
        "metricsFrom": [{"podSelector": {"matchLabels": {"role": "monitoring"}}}],
        "jobEgress": [{"to": [{"podSelector": {"matchLabels": {"role": "warehouse"}}}], "ports": [{"port": 5432}]}],
    },
}
COMPONENTS = ("postgresql", "scheduler", "dag-processor", "webserver", "triggerer", "cleanup", "helm-test")
OTHERS = ("proxy", "monitoring", "warehouse", "stranger")
PORTS = (5432, 8080, 8793, 8794, 8974, 8975)
# Source, destination, port: everything that may connect, except connections among the other pods.
ALLOWED = {
    # Airflow's database
    ("scheduler", "postgresql", 5432),
    ("dag-processor", "postgresql", 5432),
    ("webserver", "postgresql", 5432),
    ("triggerer", "postgresql", 5432),
    ("cleanup", "postgresql", 5432),
    # UI and APIs
    ("proxy", "webserver", 8080),
    ("scheduler", "webserver", 8080),
    ("triggerer", "webserver", 8080),
    ("helm-test", "webserver", 8080),
    # Task logs
    ("webserver", "scheduler", 8793),
    ("webserver", "triggerer", 8794),
    # Status and metrics of the sidecars
    ("helm-test", "dag-processor", 8975),
    ("monitoring", "dag-processor", 8975),
    ("monitoring", "scheduler", 8975),
    # What the jobs need
    ("scheduler", "warehouse", 5432),
    ("triggerer", "warehouse", 5432),
}
LISTEN = f"""
import selectors, socket
ready = selectors.DefaultSelector()
for port in {PORTS}:
    ready.register(socket.create_server(("", port)), selectors.EVENT_READ)
while True:
    for key, _ in ready.select():
        key.fileobj.accept()[0].close()
"""
CONNECT = """
import json, socket, sys
def connects(address):
    try:
        socket.create_connection(address, timeout=5).close()
        return True
    except OSError:
        return False
def resolves():
    try:
        return bool(socket.gethostbyname("kubernetes.default.svc.cluster.local"))
    except OSError:
        return False
reached = [target for target, address in json.loads(sys.argv[1]) if connects(tuple(address))]
print(json.dumps({"reached": reached, "resolves": resolves()}))
"""


@pytest.fixture(scope="module")
def pods(cluster: None) -> Iterator[dict[str, str]]:
    """The addresses of a pod for each component and for some other roles; each listens on all ports of interest."""
    with namespace(NAMESPACE):
        apply(*policies(), *(listener(name) for name in COMPONENTS + OTHERS))
        kubectl("wait", "pods", "--all", f"--namespace={NAMESPACE}", "--for=condition=Ready", "--timeout=180s")
        found = get("pods", f"--namespace={NAMESPACE}")
        yield {pod["metadata"]["name"]: pod["status"]["podIP"] for pod in found}


def test_without_enforcement_every_pod_reaches_every_pod(pods: dict[str, str]):
    assert connections(pods) == set(itertools.product(pods, pods, PORTS))


def test_only_connections_that_airflow_needs_or_the_values_name_are_allowed(pods: dict[str, str]):
    among_others = set(itertools.product(OTHERS, OTHERS, PORTS))
    to_itself = {(name, name, port) for name, port in itertools.product(pods, PORTS)}
    with enforced(NAMESPACE):
        connected = connections(pods)
    assert connected == ALLOWED | among_others | to_itself


def test_every_component_except_the_database_can_resolve_names(pods: dict[str, str]):
    with enforced(NAMESPACE):
        assert {name for name in COMPONENTS if not look_around(name, {})["resolves"]} == {"postgresql"}


def test_airflow_runs_a_job_and_shows_its_log_under_the_default_policies(release: Release):
    with enforced(release.namespace), release.airflow() as airflow:
        eventually(lambda: airflow.dag("file_processing_hello_world"), "the example is a DAG")
        state, output = airflow.run("file_processing_hello_world", {})
    assert state == "success"
    assert output


def policies() -> list[dict[str, Any]]:
    rendered = helm(
        "template", "airflow", REPOSITORY, f"--namespace={NAMESPACE}", "--values=-", input=json.dumps(VALUES)
    )
    return [found for found in yaml.safe_load_all(rendered) if found and found["kind"] == "NetworkPolicy"]


def listener(name: str) -> dict[str, Any]:
    labels = {"role": name}
    if name in COMPONENTS:
        labels = {
            "app.kubernetes.io/name": "airflow-control-plane",
            "app.kubernetes.io/instance": "airflow",
            "app.kubernetes.io/component": name,
        }
    container = {
        "image": release_images.airflow(),
        "command": ["python", "-c", LISTEN],
        "readinessProbe": {"tcpSocket": {"port": PORTS[-1]}, "periodSeconds": 1},
    }
    return pod(NAMESPACE, name, container, labels=labels)


def connections(pods: dict[str, str]) -> set[tuple[str, str, int]]:
    """Every connection that succeeds, tried from each pod to every port of every pod."""
    reached = {source: look_around(source, pods)["reached"] for source in pods}
    return {(source, name, port) for source, targets in reached.items() for name, port in targets}


def look_around(source: str, pods: dict[str, str]) -> dict[str, Any]:
    targets = [((name, port), (address, port)) for name, address in pods.items() for port in PORTS]
    answer = kubectl("exec", source, f"--namespace={NAMESPACE}", "--", "python", "-c", CONNECT, json.dumps(targets))
    found: dict[str, Any] = json.loads(answer)
    return found
