"""A first install with nothing but default values, in a namespace that enforces Pod Security `restricted`."""

from __future__ import annotations

import pytest

from .harness.commands import CommandError, get
from .harness.release import Release


def test_the_namespace_enforces_pod_security_restricted(release: Release):
    with pytest.raises(CommandError, match="violates PodSecurity"):
        release.kubectl("run", "lax", "--image=localhost/airflow:e2e")
    labels = get("namespace", release.namespace)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_pod_is_ready_when_helm_install_returns(release: Release):
    pods = release.get("pods", "--selector=app.kubernetes.io/instance=airflow")
    ready = {pod["metadata"]["labels"]["app.kubernetes.io/component"]: is_ready(pod) for pod in pods}
    assert ready == {"postgresql": True, "scheduler": True, "webserver": True}


def test_no_container_had_to_start_twice(release: Release):
    restarts = {
        f"{pod['metadata']['name']}/{container['name']}": container["restartCount"]
        for pod in release.get("pods")
        for container in [*pod["status"].get("initContainerStatuses", []), *pod["status"]["containerStatuses"]]
    }
    assert not any(restarts.values()), restarts


def test_helm_test_passes_and_says_what_it_proved(release: Release):
    output = release.test()
    assert "are alive." in output
    assert "is a DAG in Airflow, and no file fails to import." in output
    assert "of file_processing_hello_world succeeded." in output


def is_ready(pod: dict) -> bool:
    conditions = {condition["type"]: condition["status"] for condition in pod["status"]["conditions"]}
    return conditions["Ready"] == "True"
