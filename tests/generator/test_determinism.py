"""Equal packages give equal files and problems under every Python, locale, time zone, hash seed and umask."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hostile_cases import load_cases, run, snapshot

CODE = Path(__file__).parents[2] / "generator"
VERSIONS = ("3.10", "3.11", "3.12", "3.13")
ENVIRONMENTS = {
    "locale": {"LC_ALL": "C", "LANG": "C"},
    "ascii_locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "time_zone": {"TZ": "Pacific/Kiritimati"},
    "hash_seed": {"PYTHONHASHSEED": "42"},
    "other_hash_seed": {"PYTHONHASHSEED": "4242"},
    "optimized": {"PYTHONOPTIMIZE": "2"},
    "development_mode": {"PYTHONDEVMODE": "1"},
}


@functools.cache
def interpreter(version: str) -> str | None:
    """A Python of this version: the one that runs the tests, one on the PATH, or one that pyenv installed."""
    if version == "{}.{}".format(*sys.version_info):
        return sys.executable
    candidates = [shutil.which(f"python{version}")]
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, encoding="utf-8").stdout.strip()
        candidates += map(str, Path(root, "versions").glob(f"{version}.*/bin/python{version}"))
    return next((candidate for candidate in candidates if candidate and can_run(candidate)), None)


def can_run(candidate: str) -> bool:
    """A shim of pyenv exists even for a version that is not activated."""
    return subprocess.run([candidate, "-c", ""], capture_output=True).returncode == 0


@pytest.fixture(params=VERSIONS)
def python(request: pytest.FixtureRequest) -> str:
    found = interpreter(request.param)
    if found is None:
        pytest.skip(f"there is no Python {request.param} on this machine")
    return found


def generate(
    python: str, packages: Path, dags: Path, umask: int = 0o022, **environment: str
) -> dict[str, tuple[bytes, int]]:
    """The content and mode of each file that `generate` writes in a process with this Python and environment."""
    subprocess.run(
        [python, "-B", "-m", "airflow_control_plane", "generate", "--packages-root", packages, "--dags-dir", dags],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CODE), **environment},
        umask=umask,
        check=True,
        capture_output=True,
    )
    return {path.name: (path.read_bytes(), path.stat().st_mode) for path in sorted(dags.iterdir())}


@pytest.fixture(scope="module")
def reference(example_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, int]]:
    files = generate(sys.executable, example_packages, tmp_path_factory.mktemp("reference") / "dags")
    assert len(files) == 8
    return files


def test_every_python_writes_the_same_bytes(
    python: str, example_packages: Path, dags: Path, reference: dict[str, tuple[bytes, int]]
) -> None:
    assert generate(python, example_packages, dags) == reference


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def test_the_environment_does_not_change_the_files(
    environment: dict[str, str], example_packages: Path, dags: Path, reference: dict[str, tuple[bytes, int]]
) -> None:
    assert generate(sys.executable, example_packages, dags, **environment) == reference


def test_airflow_can_read_the_files_even_with_a_strict_umask(
    example_packages: Path, dags: Path, reference: dict[str, tuple[bytes, int]]
) -> None:
    dags.mkdir()
    assert generate(sys.executable, example_packages, dags, umask=0o077) == reference
    assert {mode & 0o777 for _, mode in reference.values()} == {0o644}


def test_the_path_of_the_packages_does_not_change_the_files(
    tmp_path: Path, example_packages: Path, dags: Path, reference: dict[str, tuple[bytes, int]]
) -> None:
    elsewhere = shutil.copytree(example_packages, tmp_path / "some where" / "else")
    assert generate(sys.executable, elsewhere, dags) == reference


@pytest.mark.parametrize("command", [("sync", "--once"), ("generate",)], ids=" ".join)
def test_a_second_pass_writes_nothing_and_changes_no_time_stamp(
    command: Sequence[str], example_packages: Path, dags: Path
) -> None:
    options = [*command, "--packages-root", str(example_packages), "--dags-dir", str(dags)]
    run(*options)
    before, folder = snapshot(dags), dags.stat()
    assert len(before) == 8
    assert run(*options).code == 0
    assert snapshot(dags) == before
    assert (dags.stat().st_mtime_ns, dags.stat().st_ctime_ns) == (folder.st_mtime_ns, folder.st_ctime_ns)


def read_all_cases(python: str, folder: Path) -> dict[str, Any]:
    """What a Python finds in all cases, in a process of its own."""
    result = subprocess.run(
        [python, "-B", Path(__file__).with_name("hostile_cases.py"), folder],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CODE)},
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_every_python_finds_the_same_in_every_hostile_case(tmp_path: Path) -> None:
    """One test for all versions, so that each reads the cases only once."""
    found = {version: python for version in VERSIONS if (python := interpreter(version))}
    folders = [tmp_path / version for version in found]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        readings = dict(zip(found, pool.map(read_all_cases, found.values(), folders), strict=True))
    cases = {case.name: case for case in load_cases() if not case.unprivileged}
    reference = readings["{}.{}".format(*sys.version_info)]
    for version, reading in readings.items():
        assert reading.keys() == cases.keys()
        for name, case in cases.items():
            where = f"{name} under Python {version}"
            assert reading[name]["check"] == case.check, where
            assert reading[name]["sync"] == case.expected_sync.exit, where
            assert sorted(reading[name]["problems"]) == sorted(case.problems), where
            assert reading[name]["dags"] == reference[name]["dags"], where
