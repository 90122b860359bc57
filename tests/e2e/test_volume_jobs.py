"""From a job file on a volume to a DAG in Airflow and back, in a release whose DAG folder is not the default one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tools.cluster.commands import CommandError

from .harness.airflow import Airflow
from .harness.commands import shell
from .harness.documentation import OPERATIONS, command
from .harness.measuring import Measure
from .harness.namespaces import namespace
from .harness.packages_volume import VALUES, PackagesVolume
from .harness.release import LIGHT, Release
from .harness.values import merged
from .harness.waiting import eventually

DAGS_DIR = "/srv/airflow/dags"
JOB = """\
def entrypoint(argv: list[str]) -> int:
    print("{says}", *argv)
    return 0


JOB = (entrypoint, "{description}")
"""
SYNTAX_ERROR = JOB.replace(") -> int:", ") -> int")
CONDITIONAL = JOB.format(says="still runs", description="").replace("JOB = (", "if True:\n    JOB = (")


@pytest.fixture(scope="module")
def volume(cluster: None) -> Iterator[PackagesVolume]:
    with namespace("e2e-volume") as name:
        volume = PackagesVolume(name)
        volume.create()
        yield volume


@pytest.fixture(scope="module")
def release(volume: PackagesVolume) -> Release:
    """A release whose packages are on the volume."""
    volume.write("shop/jobs/there.py", JOB.format(says="there", description="Was there first"))
    release = Release(volume.namespace)
    release.install(merged(LIGHT, VALUES, {"dags": {"dir": DAGS_DIR}, "tests": {"dagId": "shop_there"}}))
    return release


@pytest.fixture(scope="module")
def airflow(release: Release) -> Iterator[Airflow]:
    with release.airflow() as airflow:
        yield airflow


def test_helm_test_passes_with_another_dag_folder(release: Release):
    output = release.test()
    assert "Airflow lists the DAGs of all 1 job(s)" in output
    assert "of shop_there succeeded." in output


def test_the_dag_folder_of_the_values_is_the_only_one(release: Release):
    assert "shop_there_dag.py" in release.exec("airflow-scheduler", "ls", DAGS_DIR)
    assert not release.exec("airflow-scheduler", "ls", "/opt/airflow/dags")


def test_an_added_file_becomes_a_dag_that_runs(volume: PackagesVolume, airflow: Airflow, measure: Measure):
    with measure("a job file added: its DAG is listed"):
        volume.write("shop/jobs/added.py", JOB.format(says="selling", description="Sells"))
        dag = eventually(lambda: airflow.dag("shop_added"), "Airflow lists shop_added")
    assert {tag["name"] for tag in dag["tags"]} == {"shop", "etl", "auto-generated"}
    assert airflow.run("shop_added", {"args": ["tea"]}) == ("success", ["selling tea"])


def test_a_changed_file_changes_its_dag(volume: PackagesVolume, airflow: Airflow, measure: Measure):
    volume.write("shop/jobs/changed.py", JOB.format(says="old", description="Before"))
    eventually(lambda: airflow.dag("shop_changed"), "Airflow lists shop_changed")
    with measure("a job file changed: its DAG has changed"):
        volume.write("shop/jobs/changed.py", JOB.format(says="new", description="After"))
        eventually(lambda: airflow.dag("shop_changed")["description"] == "After", "the DAG has the new description")
    assert airflow.run("shop_changed", {"args": []}) == ("success", ["new"])


def test_a_broken_file_is_an_import_error_and_its_dag_stays(volume: PackagesVolume, airflow: Airflow, measure: Measure):
    path, whole = "shop/jobs/broken.py", JOB.format(says="whole", description="Breaks")
    volume.write(path, whole)
    eventually(lambda: airflow.dag("shop_broken"), "Airflow lists shop_broken")
    with measure("a job file broken: Import Errors names it"):
        volume.write(path, SYNTAX_ERROR)
        error = eventually(lambda: airflow.import_error_of(path), f"Import Errors names {path}")
    assert f"{path}:1:39: error: Python cannot parse this file" in error
    assert f"{path}:1:39: error: Python cannot parse this file" in listed_import_errors(volume.namespace)
    assert airflow.dag("shop_broken")["is_paused"] is False
    run_id = airflow.trigger("shop_broken", {"args": []})
    assert airflow.end_of_run("shop_broken", run_id) == "failed"
    assert "SyntaxError" in airflow.task_log("shop_broken", run_id)
    with measure("a job file repaired: Import Errors no longer names it"):
        volume.write(path, whole)
        eventually(lambda: not airflow.import_error_of(path), f"Import Errors no longer names {path}")
    assert airflow.run("shop_broken", {"args": []}) == ("success", ["whole"])


def test_a_job_whose_file_has_a_problem_but_can_still_run_keeps_running(volume: PackagesVolume, airflow: Airflow):
    path = "shop/jobs/conditional.py"
    volume.write(path, JOB.format(says="runs", description="Runs"))
    eventually(lambda: airflow.dag("shop_conditional"), "Airflow lists shop_conditional")
    volume.write(path, CONDITIONAL)
    eventually(lambda: airflow.import_error_of(path), f"Import Errors names {path}")
    assert airflow.run("shop_conditional", {"args": []}) == ("success", ["still runs"])


def test_a_removed_file_removes_its_dag(volume: PackagesVolume, airflow: Airflow, measure: Measure):
    volume.write("shop/jobs/removed.py", JOB.format(says="going", description="Goes"))
    eventually(lambda: airflow.dag("shop_removed"), "Airflow lists shop_removed")
    with measure("a job file removed: its DAG is no longer listed"):
        volume.remove("shop/jobs/removed.py")
        eventually(lambda: not airflow.dag("shop_removed"), "Airflow no longer lists shop_removed")
    assert airflow.dag("shop_added")


def listed_import_errors(namespace: str) -> str:
    """What the documented command shows, in another namespace. It exits with 1 if it lists any error."""
    line = command(OPERATIONS, "Import errors", "list-import-errors").replace("-n airflow ", f"-n {namespace} ")
    with pytest.raises(CommandError) as listed:
        shell(line)
    return listed.value.output
