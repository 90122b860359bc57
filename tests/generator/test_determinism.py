"""Equal input gives equal bytes and equal problems, whichever Python, locale, time zone, hash seed or umask."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hostile_cases import load_cases, run, snapshot

CODE = Path(__file__).parents[2] / "generator"
VERSIONS = ("3.10", "3.11", "3.12", "3.13")
SURROUNDINGS = {
    "locale": {"LC_ALL": "C", "LANG": "C"},
    "ascii_locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "time_zone": {"TZ": "Pacific/Kiritimati"},
    "hash_seed": {"PYTHONHASHSEED": "42"},
    "other_hash_seed": {"PYTHONHASHSEED": "4242"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
    "development_mode": {"PYTHONDEVMODE": "1"},
}


@functools.cache
def interpreter(version: str) -> str | None:
    """A Python of this version: the one that runs the tests, one on the PATH, or one of pyenv."""
    if version == "{}.{}".format(*sys.version_info):
        return sys.executable
    candidates = [shutil.which(f"python{version}")]
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, encoding="utf-8").stdout.strip()
        candidates += map(str, Path(root, "versions").glob(f"{version}.*/bin/python{version}"))
    return next((candidate for candidate in candidates if candidate and answers(candidate)), None)


def answers(candidate: str) -> bool:
    """A shim of pyenv is there for versions, too, that are not switched on."""
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
    """The DAG folder that a process in these surroundings writes: content and mode of each file."""
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


@pytest.mark.parametrize("environment", SURROUNDINGS.values(), ids=SURROUNDINGS.keys())
def test_the_surroundings_change_nothing(
    environment: dict[str, str], example_packages: Path, dags: Path, reference: dict[str, tuple[bytes, int]]
) -> None:
    assert generate(sys.executable, example_packages, dags, **environment) == reference


def test_a_strict_umask_hides_no_file_from_airflow(
    example_packages: Path, dags: Path, reference: dict[str, tuple[bytes, int]]
) -> None:
    dags.mkdir()
    assert generate(sys.executable, example_packages, dags, umask=0o077) == reference
    assert {mode & 0o777 for _, mode in reference.values()} == {0o644}


def test_the_place_of_the_packages_changes_nothing(
    tmp_path: Path, example_packages: Path, dags: Path, reference: dict[str, tuple[bytes, int]]
) -> None:
    elsewhere = shutil.copytree(example_packages, tmp_path / "some where" / "else")
    assert generate(sys.executable, elsewhere, dags) == reference


@pytest.mark.parametrize("command", [("sync", "--once"), ("generate",)], ids=" ".join)
def test_a_second_pass_writes_nothing_and_touches_no_time(
    command: Sequence[str], example_packages: Path, dags: Path
) -> None:
    options = [*command, "--packages-root", str(example_packages), "--dags-dir", str(dags)]
    run(*options)
    before, folder = snapshot(dags), dags.stat()
    assert len(before) == 8
    assert run(*options).code == 0
    assert snapshot(dags) == before
    assert (dags.stat().st_mtime_ns, dags.stat().st_ctime_ns) == (folder.st_mtime_ns, folder.st_ctime_ns)


@pytest.fixture(scope="module")
def read_all_cases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """Says what a Python makes of all cases, in one process of it."""

    @functools.cache
    def read(python: str) -> dict[str, Any]:
        program = Path(__file__).with_name("hostile_cases.py")
        result = subprocess.run(
            [python, "-B", program, tmp_path_factory.mktemp("cases")],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CODE)},
            capture_output=True,
            encoding="utf-8",
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return read


def test_every_python_makes_the_same_of_every_hostile_case(
    python: str, read_all_cases: Callable[[str], dict[str, Any]]
) -> None:
    readings, reference = read_all_cases(python), read_all_cases(sys.executable)
    cases = {case.name: case for case in load_cases() if not case.unprivileged}
    assert readings.keys() == cases.keys()
    for name, reading in readings.items():
        assert reading["check"] == cases[name].check
        assert reading["sync"] == cases[name].expected_sync.exit
        assert sorted(reading["problems"]) == sorted(cases[name].problems)
        assert reading["dags"] == reference[name]["dags"]
