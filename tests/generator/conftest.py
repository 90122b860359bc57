from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is not a failure. CI tries the same examples in every run; elsewhere every run tries new ones.
settings.register_profile("patient", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("patient")

SETTINGS_OF_THE_MACHINE = (
    "AIRFLOW_CONTROL_PLANE_LOG_FORMAT",
    "AIRFLOW_CONTROL_PLANE_SETTINGS",
    "AIRFLOW_DAGS_DIR",
    "AIRFLOW__CORE__DAGS_FOLDER",
    "ETL_PACKAGES_ROOT",
    "ETL_PYTHON_PATH",
)


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS_OF_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """An empty package root."""
    root = tmp_path / "packages"
    root.mkdir()
    return root


@pytest.fixture
def dags(tmp_path: Path) -> Path:
    """The path of the DAG folder, which does not exist yet."""
    return tmp_path / "dags"


@pytest.fixture(scope="session")
def example_packages() -> Path:
    return Path(__file__).parents[2] / "examples" / "packages"
