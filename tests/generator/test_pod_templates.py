"""CPU and memory of a job for the KubernetesExecutor: a pod template outside the DAG folder, named by the DAG."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from airflow_control_plane.cli.main import main
from airflow_control_plane.settings.pod_template import requirements

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "spec": {"containers": [{"name": "base", "image": "airflow"}, {"name": "other", "image": "proxy"}]},
}


@pytest.fixture
def sync(tmp_path: Path):
    """Runs one pass over a package with one job that has these resources; returns the exit code."""
    (tmp_path / "settings.json").write_text(
        json.dumps({"deployment": {"podTemplates": {"folder": str(tmp_path / "pods"), "pod": POD}}})
    )

    def run(resources: object) -> int:
        jobs = tmp_path / "packages" / "shop" / "jobs"
        jobs.mkdir(parents=True, exist_ok=True)
        (jobs / "load.py").write_text(f'JOB = (print, "Load")\nJOB_CONFIG = {{"resources": {resources!r}}}\n')
        arguments = ["--packages-root", str(tmp_path / "packages"), "--dags-dir", str(tmp_path / "dags")]
        return main(["sync", "--once", *arguments, "--settings", str(tmp_path / "settings.json")])

    return run


def named_template(tmp_path: Path) -> Path:
    text = (tmp_path / "dags" / "shop_load_dag.py").read_text()
    found = re.search(r'executor_config=\{"pod_template_file": "(.+?)"\}', text)
    assert found, text
    return Path(found[1])


def test_the_dag_names_a_template_with_the_resources_of_the_job(sync, tmp_path):
    assert sync({"cpu": "500m", "memory": "1Gi"}) == 0
    amounts = {"cpu": "500m", "memory": "1Gi"}
    expected = json.loads(json.dumps(POD))
    expected["spec"]["containers"][0]["resources"] = {"requests": amounts, "limits": amounts}
    assert json.loads(named_template(tmp_path).read_text()) == expected


def test_other_resources_get_another_template_and_the_first_one_is_kept_for_queued_runs(sync, tmp_path):
    sync({"cpu": 1})
    first = named_template(tmp_path)
    sync({"cpu": 2})
    assert named_template(tmp_path) != first
    assert first.exists()


def test_a_template_that_was_deleted_is_written_again(sync, tmp_path):
    sync({"cpu": 1})
    named_template(tmp_path).unlink()
    sync({"cpu": 1})
    assert named_template(tmp_path).exists()


def test_a_dag_is_not_written_if_its_template_cannot_be_written(sync, tmp_path, capsys):
    (tmp_path / "pods").write_text("a file where the folder should be")
    assert sync({"cpu": 1}) == 4
    assert f"the pod template {tmp_path}/pods/" in capsys.readouterr().err
    assert not (tmp_path / "dags" / "shop_load_dag.py").exists()


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({"cpu": 1}, {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}),
        ({"requests": {"cpu": "1"}}, {"requests": {"cpu": "1"}}),
        ({"memory": "1Gi", "limits": {"memory": "2Gi"}}, {"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}}),
    ],
)
def test_amounts_outside_of_requests_and_limits_apply_to_both(resources, expected):
    assert requirements(resources) == expected
