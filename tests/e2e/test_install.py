"""A first install with nothing but default values, in a namespace that enforces Pod Security `restricted`."""

from __future__ import annotations

import pytest

from tools.cluster.commands import CommandError

from .harness.commands import get
from .harness.pod_status import ready, restarts
from .harness.release import Release


def test_the_namespace_enforces_pod_security_restricted(release: Release):
    with pytest.raises(CommandError, match="violates PodSecurity"):
        release.kubectl("run", "lax", "--image=localhost/airflow:e2e")
    labels = get("namespace", release.namespace)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_pod_is_ready_when_helm_install_returns(release: Release):
    pods = release.get("pods", "--selector=app.kubernetes.io/instance=airflow")
    found = {pod["metadata"]["labels"]["app.kubernetes.io/component"]: ready(pod) for pod in pods}
    assert found == {"postgresql": True, "scheduler": True, "webserver": True}


def test_no_container_restarted(release: Release):
    found = {pod["metadata"]["name"]: restarts(pod) for pod in release.get("pods")}
    assert not any(count for containers in found.values() for count in containers.values()), found


def test_helm_test_passes_and_says_what_it_checked(release: Release):
    output = release.test()
    assert "are alive." in output
    assert "job(s) and can import every DAG file." in output
    assert "of file_processing_hello_world succeeded." in output
