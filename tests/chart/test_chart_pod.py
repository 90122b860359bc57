"""The rendered ConfigMaps, mounted as a kubelet mounts them: the generator in them finds the jobs in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from airflow_control_plane.sync.status import DEFAULT_PORT
from rendered import ROOT, Object, find, render

EXAMPLES = ROOT / "examples" / "packages"


def lay_out(items: list[Object], pod: Object, volume: str, folder: Path) -> None:
    """Writes a ConfigMap volume as a kubelet does: files in a hidden folder, and links to its top entries."""
    source = next(entry for entry in pod["volumes"] if entry["name"] == volume)["configMap"]
    data = find(items, f"configmap/{source['name']}")["data"]
    hidden = folder / "..2026_01_01"
    hidden.mkdir(parents=True)
    (folder / "..data").symlink_to(hidden.name)
    for entry in source.get("items") or [{"key": key, "path": key} for key in data]:
        file = hidden / entry["path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(data[entry["key"]], encoding="utf-8")
        file.chmod(entry.get("mode", 0o644))
    for top in hidden.iterdir():
        (folder / top.name).symlink_to(f"..data/{top.name}")


@pytest.fixture(scope="module")
def mounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The volumes of the scheduler's pod, each in a folder with its name."""
    items = render()
    pod = find(items, "deployment/airflow-scheduler")["spec"]["template"]["spec"]
    folder = tmp_path_factory.mktemp("mounts")
    for volume in ("generator", "generator-settings", "packages"):
        lay_out(items, pod, volume, folder / volume)
    return folder


def run_command(mounts: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the command from the ConfigMap with the Python of these tests."""
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "PYTHONPATH": str(mounts / "generator"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ETL_PACKAGES_ROOT": str(mounts / "packages"),
        "AIRFLOW_CONTROL_PLANE_SETTINGS": str(mounts / "generator-settings" / "settings.json"),
    }
    command = [mounts / "generator" / "bin" / "airflow-control-plane", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_the_mounted_examples_are_identical_to_the_examples(mounts: Path) -> None:
    expected = {
        path.relative_to(EXAMPLES): path.read_bytes()
        for path in EXAMPLES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    data = (mounts / "packages" / "..data").resolve()
    restored = {path.relative_to(data): path.read_bytes() for path in data.rglob("*") if path.is_file()}
    assert len(restored) > 15
    assert restored == expected


def test_the_command_finds_the_jobs(mounts: Path) -> None:
    result = run_command(mounts, "discover")
    assert result.returncode == 0, result.stderr
    assert "Total: 8 job(s)" in result.stdout


def test_the_init_container_writes_the_dags(mounts: Path, tmp_path: Path) -> None:
    result = run_command(mounts, "sync", "--once", "--dags-dir", tmp_path)
    assert result.returncode == 0, result.stderr
    assert len(list(tmp_path.glob("*_dag.py"))) == 8


def test_the_init_container_fails_and_names_a_broken_job(mounts: Path, tmp_path: Path) -> None:
    copy = tmp_path / "mounts"
    shutil.copytree(mounts, copy, symlinks=True)
    (copy / "packages" / "data_pipeline" / "jobs" / "broken.py").write_text("JOB = (", encoding="utf-8")
    result = run_command(copy, "sync", "--once", "--dags-dir", tmp_path)
    assert result.returncode == 1
    assert "data_pipeline/jobs/broken.py:1" in result.stderr


def test_the_usage_shows_the_name_of_the_command(mounts: Path) -> None:
    assert run_command(mounts, "--help").stdout.startswith("usage: airflow-control-plane ")


def test_the_sidecar_serves_its_status_on_the_port_that_the_chart_exposes() -> None:
    ports = find(render(), "service/airflow-dag-sync")["spec"]["ports"]
    assert [port["port"] for port in ports] == [DEFAULT_PORT]
