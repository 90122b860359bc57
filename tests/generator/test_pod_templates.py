"""CPU and memory of a job, as the KubernetesExecutor wants them: a file outside the DAG folder that the DAG names."""

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
    """Runs one pass over a package with one job of the given resources; returns the exit code."""
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


def test_the_dag_names_a_template_that_is_the_pod_with_the_resources_in_it(sync, tmp_path):
    assert sync({"cpu": "500m", "memory": "1Gi"}) == 0
    amounts = {"cpu": "500m", "memory": "1Gi"}
    expected = json.loads(json.dumps(POD))
    expected["spec"]["containers"][0]["resources"] = {"requests": amounts, "limits": amounts}
    assert json.loads(named_template(tmp_path).read_text()) == expected


def test_other_resources_get_another_template_and_the_first_stays_for_runs_that_wait(sync, tmp_path):
    sync({"cpu": 1})
    first = named_template(tmp_path)
    sync({"cpu": 2})
    assert named_template(tmp_path) != first
    assert first.exists()


def test_a_template_that_somebody_removed_comes_back(sync, tmp_path):
    sync({"cpu": 1})
    named_template(tmp_path).unlink()
    sync({"cpu": 1})
    assert named_template(tmp_path).exists()


def test_a_template_that_cannot_be_written_publishes_no_dag_that_names_it(sync, tmp_path, capsys):
    (tmp_path / "pods").write_text("in the way")
    assert sync({"cpu": 1}) == 4
    assert "the pod template" in capsys.readouterr().err
    assert not (tmp_path / "dags" / "shop_load_dag.py").exists()


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({"cpu": 1}, {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}),
        ({"requests": {"cpu": "1"}}, {"requests": {"cpu": "1"}}),
        ({"memory": "1Gi", "limits": {"memory": "2Gi"}}, {"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}}),
    ],
)
def test_what_is_given_for_neither_holds_for_requests_and_limits(resources, expected):
    assert requirements(resources) == expected
