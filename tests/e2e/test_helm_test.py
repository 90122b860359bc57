"""`helm test` fails when it should, and says what is wrong and where to look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tools.cluster.commands import CommandError

from .harness.release import Release
from .harness.waiting import eventually

DAG = "data_pipeline_example_job"
# A file in the DAG folder that the generator did not write, and so leaves alone.
STRAY = "/opt/airflow/dags/stray_dag.py"


def test_a_failing_job_is_reported_with_the_end_of_its_log(release: Release):
    with values_of_the_test(release, {"tests": {"dagId": DAG, "args": ["--name", " "]}}):
        output = failure_of_test(release)
    assert f"of {DAG} failed." in output
    assert "--name is blank; expected a name to greet" in output


def test_a_dag_that_cannot_be_imported_is_reported_with_its_message(release: Release):
    with file_in_the_dag_folder(release, STRAY, "from airflow.sdk import DAG, no_such_name"):
        output = failure_of_test(release)
    assert "Airflow cannot import stray_dag.py. Fix this error:" in output
    assert "cannot import name 'no_such_name'" in output


def test_a_scheduler_that_is_down_is_reported_before_anything_else_is_tried(release: Release):
    with scaled_down(release, "scheduler"):
        output = failure_of_test(release)
    # Unhealthy once it has deregistered from the database, an old heartbeat while it is still shutting down.
    assert re.search(r"^scheduler (is unhealthy|had its last heartbeat)", output, re.MULTILINE)
    assert "See: kubectl get pods -n airflow -l app.kubernetes.io/instance=airflow" in output
    assert "The container dag-sync-sidecar does not report its status" in output


def failure_of_test(release: Release) -> str:
    with pytest.raises(CommandError) as caught:
        release.test()
    return caught.value.output


@contextmanager
def values_of_the_test(release: Release, values: dict) -> Iterator[None]:
    """Upgrade with values that change only the pods of `helm test`, and undo that at the end."""
    release.upgrade(values)
    try:
        yield
    finally:
        release.upgrade()


@contextmanager
def file_in_the_dag_folder(release: Release, path: str, text: str) -> Iterator[None]:
    """Write a file that Airflow cannot import; at the end remove it and wait until Airflow has forgotten it."""
    with release.airflow() as airflow:
        release.exec("dag-sync-sidecar", "sh", "-c", 'echo "$1" >"$0"', path, text)
        try:
            eventually(airflow.import_errors, "Airflow shows an import error")
            yield
        finally:
            release.exec("dag-sync-sidecar", "rm", path)
        eventually(lambda: not airflow.import_errors(), "Airflow shows no import error")


@contextmanager
def scaled_down(release: Release, component: str) -> Iterator[None]:
    deployment = f"deployment/{release.name}-{component}"
    release.kubectl("scale", deployment, "--replicas=0")
    try:
        yield
    finally:
        release.kubectl("scale", deployment, "--replicas=1")
        release.kubectl("rollout", "status", deployment, "--timeout=5m")
