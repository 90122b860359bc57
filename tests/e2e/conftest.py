"""The cluster, the release that most tests share, and the report on a test that failed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator, Iterator

import pytest

from .cluster.settings import REPOSITORY, Settings
from .harness import namespaces, reports
from .harness.commands import kubectl
from .harness.release import Release

# A test's own; fixtures have limits in the commands that they call.
TIMEOUT_SECONDS = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS, func_only=True))


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> None:
    """A cluster that answers: ours, brought up if need be, or with E2E_CLUSTER=external the one of KUBECONFIG."""
    if os.environ.get("E2E_CLUSTER") != "external":
        with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print("\nBringing the cluster up", flush=True)
            subprocess.run([sys.executable, "-m", "tests.e2e.cluster", "up"], cwd=REPOSITORY, check=True)
        os.environ["KUBECONFIG"] = str(Settings().kubeconfig)
    kubectl("wait", "nodes", "--all", "--for=condition=Ready", "--timeout=60s")
    reports.clear()


@pytest.fixture(scope="session")
def release(cluster: None) -> Iterator[Release]:
    """The chart with its default values, as release `airflow` in namespace `airflow`. Leave it as it was."""
    with namespaces.namespace("airflow") as namespace:
        release = Release(namespace)
        release.install()
        yield release


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and namespaces.in_use:
        folder = reports.write(item.nodeid, namespaces.in_use)
        report.sections.append(("Kubernetes", f"logs, events and descriptions of the pods: {folder}"))
    return report
