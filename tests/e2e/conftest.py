"""The cluster, the releases that tests share, and the report on a failed test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator, Iterator

import pytest

from tools.cluster.settings import REPOSITORY, Settings

from .harness import durable as durable_release
from .harness import namespaces, reports
from .harness.commands import kubectl
from .harness.measuring import Measure
from .harness.release import Release

# The limit of a test function. The commands that fixtures run have limits of their own.
TIMEOUT_SECONDS = 900
MEASURE = pytest.StashKey[Measure]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The first install is tested before other tests change it.
    items.sort(key=lambda item: item.path.name != "test_install.py")
    for item in items:
        item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS, func_only=True))


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> None:
    """A running cluster: our own, started if necessary, or with E2E_CLUSTER=external the one that KUBECONFIG names."""
    if os.environ.get("E2E_CLUSTER") != "external":
        with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print("\nStarting the cluster", flush=True)
            subprocess.run([sys.executable, "-m", "tools.cluster", "up"], cwd=REPOSITORY, check=True)
        os.environ["KUBECONFIG"] = str(Settings().kubeconfig)
    kubectl("wait", "nodes", "--all", "--for=condition=Ready", "--timeout=60s")


@pytest.fixture(scope="session")
def release(cluster: None, measure: Measure) -> Iterator[Release]:
    """The chart with its default values, as release `airflow` in namespace `airflow`. Leave it as you found it."""
    with namespaces.namespace("airflow") as namespace:
        release = Release(namespace)
        with measure("helm install --wait with default values"):
            release.install()
        yield release


@pytest.fixture(scope="session")
def durable(cluster: None) -> Iterator[durable_release.Durable]:
    """A release with packages, database and logs on volumes. You may kill its pods; leave it running."""
    with namespaces.namespace("e2e-durable") as namespace:
        yield durable_release.install(Release(namespace))


@pytest.fixture(scope="session")
def measure(pytestconfig: pytest.Config) -> Measure:
    """Times something without judging it: `with measure("what happens"):`. The summary at the end prints it."""
    return pytestconfig.stash.setdefault(MEASURE, Measure())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    measure = config.stash.get(MEASURE, Measure())
    if measure.seconds:
        terminalreporter.section("measured")
    for what, seconds in measure.seconds.items():
        terminalreporter.write_line(f"{seconds:6.1f} s  {what}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and namespaces.in_use:
        folder = reports.write(item.nodeid, namespaces.in_use)
        report.sections.append(("Kubernetes", f"logs, events and descriptions of the pods: {folder}"))
    return report
