"""The cluster, the release that most tests share, and the report on a test that failed."""

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

# A test's own; fixtures have limits in the commands that they call.
TIMEOUT_SECONDS = 900
MEASURE = pytest.StashKey[Measure]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # A first install is looked at before others change it.
    items.sort(key=lambda item: item.path.name != "test_install.py")
    for item in items:
        item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS, func_only=True))


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> None:
    """A cluster that answers: ours, brought up if need be, or with E2E_CLUSTER=external the one of KUBECONFIG."""
    if os.environ.get("E2E_CLUSTER") != "external":
        with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print("\nBringing the cluster up", flush=True)
            subprocess.run([sys.executable, "-m", "tools.cluster", "up"], cwd=REPOSITORY, check=True)
        os.environ["KUBECONFIG"] = str(Settings().kubeconfig)
    kubectl("wait", "nodes", "--all", "--for=condition=Ready", "--timeout=60s")


@pytest.fixture(scope="session")
def release(cluster: None, measure: Measure) -> Iterator[Release]:
    """The chart with its default values, as release `airflow` in namespace `airflow`. Leave it as it was."""
    with namespaces.namespace("airflow") as namespace:
        release = Release(namespace)
        with measure("helm install --wait with default values"):
            release.install()
        yield release


@pytest.fixture(scope="session")
def durable(cluster: None) -> Iterator[durable_release.Durable]:
    """A release with packages, database and logs on volumes, whose pods may be killed. Leave it running."""
    with namespaces.namespace("e2e-durable") as namespace:
        yield durable_release.install(namespace)


@pytest.fixture(scope="session")
def measure(pytestconfig: pytest.Config) -> Measure:
    """Times what is not for a test to judge: `with measure("what happens"):`. The summary prints it."""
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
