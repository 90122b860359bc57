"""A real Airflow on this machine for the tests: the sync loop and Airflow's four processes, with SQLite."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from airflow_api import AirflowApi, ApiError
from airflow_home import USER, AirflowHome, free_port
from children import Children
from inbox import Inbox, open_inbox

TIMEOUT_SECONDS = 150.0
POLL_SECONDS = 0.3
LONGEST_PACKAGE, LONGEST_JOB = "p" * 100, "j" * (255 - len("_dag.py.log") - 101)

# The tests' jobs mostly wait, so more of them can run at once. One is killed with its supervisor, which Airflow must
# notice before the test times out.
TUNING = {
    "AIRFLOW__CORE__PARALLELISM": "8",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "45",
}

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    dag_id: str
    run_id: str


@dataclass(frozen=True)
class Ended:
    """How a run ended: the state of its task, and the log of its last try including exceptions."""

    state: str
    log: str


@dataclass
class LiveAirflow:
    home: AirflowHome
    children: Children
    api: AirflowApi
    inbox: Inbox

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> Run:
        return Run(dag_id, self.api.trigger(dag_id, conf))

    def result(self, run: Run) -> Ended:
        """Wait until a run ends."""
        has_ended = lambda: self.api.run_state(run.dag_id, run.run_id) in ("success", "failed")  # noqa: E731
        self.wait(f"the end of {run}", has_ended)
        task = self.task(run)
        log = self.api.call("GET", f"{task_path(run)}/logs/{task['try_number']}?full_content=true")
        return Ended(task["state"], "\n".join(text for entry in log["content"] for text in texts(entry)))

    def task(self, run: Run) -> dict[str, Any]:
        return self.api.call("GET", task_path(run))

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        return self.api.call("GET", f"/api/v2/dags/{dag_id}/dagRuns?order_by=run_after")["dag_runs"]

    def dag(self, dag_id: str) -> dict[str, Any]:
        """A DAG as the API returns it, or {} if it does not exist."""
        try:
            return self.api.call("GET", f"/api/v2/dags/{dag_id}")
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return {}
            raise

    def wait(self, what: str, condition: Callable[[], T]) -> T:
        """Wait until the condition is true. Fails with the last log lines if it takes too long or a process ends."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not (result := condition()):
            self.children.check()
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"timed out after {TIMEOUT_SECONDS:.0f} s, waiting for {what}\n{self.last_log_lines()}"
                )
            time.sleep(POLL_SECONDS)
        return result

    def is_up(self) -> bool:
        try:
            return self.api.is_up()
        except ApiError:
            return False

    def last_log_lines(self) -> str:
        return "\n".join(str(self.children.failure(name, name)) for name in self.children.running)


@contextmanager
def live_airflow(folder: Path, packages: Path) -> Iterator[LiveAirflow]:
    """Start everything in `folder`, log in, and stop everything at the end."""
    home = AirflowHome.create(folder, packages)
    home.write("sync.json", "{}")  # the loop's defaults, which are the chart's
    with open_inbox() as inbox:
        environment = home.environment() | inbox.connections | TUNING
        children = Children(environment, folder)
        airflow = LiveAirflow(home, children, AirflowApi(home.url), inbox)
        try:
            start(airflow)
            yield airflow
        finally:
            children.stop()


def start(airflow: LiveAirflow) -> None:
    home, children = airflow.home, airflow.children
    children.start("sync", "airflow_control_plane", "sync", "--status-port", str(free_port()))
    children.run("migration", "airflow", "db", "migrate")
    children.start("api-server", "airflow", "api-server")
    children.start("scheduler", "airflow", "scheduler", "--skip-serve-logs")
    children.start("dag-processor", "airflow", "dag-processor")
    children.start("triggerer", "airflow", "triggerer", "--skip-serve-logs")
    airflow.wait("the api-server", airflow.is_up)
    airflow.api = airflow.api.log_in(USER, home.password)


def task_path(run: Run) -> str:
    return f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/run"


def texts(entry: Mapping[str, Any]) -> Iterator[str]:
    """The message of a log entry, its reason and its exceptions."""
    yield entry["event"]
    if "reason" in entry:
        yield entry["reason"]
    for error in entry.get("error_detail") or ():
        yield f"{error['exc_type']}: {error['exc_value']}"
