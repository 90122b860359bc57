"""Runs the example jobs as in production: each in its own process, imported from its import root."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parents[2] / "examples" / "packages"
IMPORT_ROOTS = {
    "data_pipeline": PACKAGES,
    "file_processing": PACKAGES / "file_processing",
    "reporting_seeder": PACKAGES / "reporting-seeder" / "src",
}
DESCRIPTIONS = {
    "data_pipeline.agency_data_job": "Job logic for processing Agency Data",
    "data_pipeline.example_job": "Example job: prints a greeting",
    "file_processing.hello_world": "Hello world smoke-test job",
    "reporting_seeder.capture_release_snapshot": "Capture release snapshot",
    "reporting_seeder.hello_world": "Hello world smoke-test job",
    "reporting_seeder.refresh_agency": "Refresh agency manifest entries",
    "reporting_seeder.refresh_all": "Refresh all manifest entries",
    "reporting_seeder.refresh_table": "Refresh single manifest entry",
}
CALL_JOB = """
import importlib, sys

entrypoint, description = importlib.import_module(sys.argv[1]).JOB
sys.exit(entrypoint(sys.argv[2:]))
"""

StartJob = Callable[..., "subprocess.Popen[str]"]
RunJob = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def packages() -> Path:
    return PACKAGES


@pytest.fixture(scope="session")
def import_roots() -> dict[str, Path]:
    return IMPORT_ROOTS


@pytest.fixture(scope="session")
def descriptions() -> dict[str, str]:
    return DESCRIPTIONS


@pytest.fixture(params=DESCRIPTIONS)
def job(request: pytest.FixtureRequest) -> str:
    """Every job in turn, as `package.job`."""
    return request.param


@pytest.fixture(scope="session")
def job_file() -> Callable[[str], Path]:
    def locate(job: str) -> Path:
        package, name = job.split(".")
        return IMPORT_ROOTS[package] / package / "jobs" / f"{name}.py"

    return locate


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    return tmp_path / "work"


@pytest.fixture
def start_job(workdir: Path) -> StartJob:
    def start(job: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        package, name = job.split(".")
        python_path = os.pathsep.join(map(str, [IMPORT_ROOTS[package], PACKAGES]))
        return subprocess.Popen(
            [sys.executable, "-B", "-W", "error", "-c", CALL_JOB, f"{package}.jobs.{name}", *arguments],
            env={**os.environ, "PYTHONPATH": python_path, "ETL_WORKDIR": str(workdir), **environment},
            cwd=workdir.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    return start


@pytest.fixture
def run_job(start_job: StartJob) -> RunJob:
    def run(job: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        process = start_job(job, *arguments, **environment)
        output, _ = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    return run


@pytest.fixture
def tree(workdir: Path) -> Callable[[], dict[str, tuple[bytes, int]]]:
    """Reads the working folder: content and modification time of every file."""

    def read() -> dict[str, tuple[bytes, int]]:
        return {
            path.relative_to(workdir).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(workdir.rglob("*"))
            if path.is_file()
        }

    return read
