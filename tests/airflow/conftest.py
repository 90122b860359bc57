"""One live Airflow for all tests, with the example packages and the packages in this folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "demo"))  # the tests use the demo's temporary Airflow

from live_airflow import LONGEST_JOB, LONGEST_PACKAGE, LiveAirflow, live_airflow  # noqa: E402


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAirflow]:
    packages = tmp_path_factory.mktemp("packages")
    for source in (REPOSITORY / "examples" / "packages", Path(__file__).parent / "packages"):
        shutil.copytree(source, packages, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    write_longest_names(packages)
    with live_airflow(tmp_path_factory.mktemp("airflow"), packages) as airflow:
        airflow.wait("the DAGs of all jobs", lambda: airflow.api.dag_ids() >= jobs_of(packages))
        yield airflow


def write_longest_names(packages: Path) -> None:
    """Write a job with the longest names that work.

    A tag has at most 100 characters, and the dag-processor ends if it cannot write <DAG file>.log.
    """
    jobs = packages / LONGEST_PACKAGE / "jobs"
    jobs.mkdir(parents=True)
    (jobs / f"{LONGEST_JOB}.py").write_text('JOB = (print, "Has the longest name")\n')


def jobs_of(packages: Path) -> set[str]:
    from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery

    return {job.dag_id for job in MultiPackageJobDiscovery([packages]).discover_all_jobs_flat()}
