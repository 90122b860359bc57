"""A release that keeps everything on volumes, for tests of what survives a fault or an upgrade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from . import packages_volume
from .airflow import Airflow
from .jobs import AWAIT_FILE, GREET
from .packages_volume import PackagesVolume
from .release import LIGHT, Release
from .values import merged
from .waiting import eventually

FOLDER = "etl"
GREETING, WAITING = "shop_greet", "slow_await_file"
VALUES = merged(
    LIGHT,
    packages_volume.VALUES,
    {"packages": {"source": {"pvc": {"path": FOLDER}}}, "logs": {"persistence": {"enabled": True, "size": "1Gi"}}},
)


@dataclass(frozen=True)
class Durable:
    release: Release
    packages: PackagesVolume

    def greet(self, *names: str) -> tuple[str, list[str]]:
        """Run the greeting job; return its state and what it prints."""
        with self.release.airflow() as airflow:
            return airflow.run(GREETING, {"args": list(names)})

    def run_ids(self, dag_id: str) -> set[str]:
        with self.release.airflow() as airflow:
            return {run["dag_run_id"] for run in airflow.get(f"dags/{dag_id}/dagRuns?limit=100")["dag_runs"]}

    def start_waiting(self, file: str) -> str:
        """Start a run whose task goes on until `let_go(file)`; return its id."""
        with self.release.airflow() as airflow:
            run_id = airflow.trigger(WAITING, {"args": [file]})
            eventually(lambda: task(airflow, run_id)["state"] == "running", f"the task that waits for {file} runs")
        return run_id

    def let_go(self, file: str) -> None:
        self.packages.write(f"{FOLDER}/{file}", "")

    def tries(self, run_id: str) -> int:
        with self.release.airflow() as airflow:
            return int(task(airflow, run_id)["try_number"])

    def end_and_tries(self, run_id: str) -> tuple[str, int]:
        """Wait for the end of a run from `start_waiting`; return its state and how often its task was tried."""
        with self.release.airflow() as airflow:
            return airflow.end_of_run(WAITING, run_id), int(task(airflow, run_id)["try_number"])

    def pod(self, component: str) -> dict[str, Any]:
        """The component's only pod, once all others have ended."""
        return eventually(lambda: only(self.living(component)), f"there is one {component} pod")

    def living(self, component: str) -> list[dict[str, Any]]:
        """The component's pods except those that were evicted."""
        return [pod for pod in self.release.pods(component) if pod["status"]["phase"] in ("Pending", "Running")]

    @contextmanager
    def moved_away(self, *names: str) -> Iterator[None]:
        """Rename folders of the volume so that they begin with a dot, which the generator ignores."""
        for name in names:
            self.packages.move(name, hidden(name))
        try:
            yield
        finally:
            for name in names:
                self.packages.move(hidden(name), name)


def install(release: Release, values: Mapping[str, Any] = VALUES) -> Durable:
    durable = Durable(release, PackagesVolume(release.namespace))
    durable.packages.create()
    durable.packages.write(f"{FOLDER}/shop/jobs/greet.py", GREET)
    durable.packages.write(f"{FOLDER}/slow/jobs/await_file.py", AWAIT_FILE)
    durable.release.install(values)
    with durable.release.airflow() as airflow:
        eventually(lambda: {GREETING, WAITING} <= airflow.dag_ids(), "both jobs are DAGs")
    return durable


def task(airflow: Airflow, run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = airflow.get(f"dags/{WAITING}/dagRuns/{run_id}/taskInstances/run")
    return found


def hidden(name: str) -> str:
    folder, _, last = name.rpartition("/")
    return f"{folder}/.{last}" if folder else f".{last}"


def only(found: list[dict[str, Any]]) -> dict[str, Any] | None:
    return found[0] if len(found) == 1 else None
