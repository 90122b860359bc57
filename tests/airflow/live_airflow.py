"""A real Airflow on this machine that the tests talk to: the sync loop and Airflow's four processes, on SQLite."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from airflow_api import AirflowApi, ApiError
from airflow_home import USER, AirflowHome, free_port
from children import Children
from inbox import Inbox, open_inbox

PATIENCE_SECONDS = 150.0
POLL_SECONDS = 0.3
LONGEST_PACKAGE, LONGEST_JOB = "p" * 100, "j" * (255 - len("_dag.py.log") - 101)

# Many of the tests' jobs wait for something and none of them works hard; one is lost with the process that watches it.
IMPATIENT = {
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
    """How a run ended: the state of its task, and the log of its last try with all that was raised."""

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
        """Waits for the end of a run."""
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
        """What the API says of a DAG, or nothing while it knows none of that name."""
        try:
            return self.api.call("GET", f"/api/v2/dags/{dag_id}")
        except ApiError as error:
            if "answered with 404" in str(error):
                return {}
            raise

    def wait(self, what: str, condition: Callable[[], T]) -> T:
        """Until the condition holds, while every process lives. Fails with the ends of their logs."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (holds := condition()):
            self.children.check()
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}\n{self.ends_of_logs()}")
            time.sleep(POLL_SECONDS)
        return holds

    def is_up(self) -> bool:
        try:
            return self.api.is_up()
        except ApiError:
            return False

    def ends_of_logs(self) -> str:
        return "\n".join(str(self.children.failure(name, name)) for name in self.children.running)


@contextmanager
def live_airflow(folder: Path, packages: Path) -> Iterator[LiveAirflow]:
    """Starts everything in `folder`, logs in over the REST API, and ends everything."""
    home = AirflowHome.create(folder, packages)
    home.write("sync.json", "{}")  # the loop's defaults, as in the chart
    with open_inbox() as inbox:
        environment = home.environment() | inbox.connections | IMPATIENT
        children = Children(environment, folder)
        airflow = LiveAirflow(home, children, AirflowApi(home.url), inbox)
        try:
            start(airflow)
            yield airflow
        finally:
            children.stop()


def start(airflow: LiveAirflow) -> None:
    home, children = airflow.home, airflow.children
    children.start(
        "sync", "airflow_control_plane", "sync", "--dags-dir", str(home.dags), "--status-port", str(free_port())
    )
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
    """The message of a log entry, its reason, and the exceptions it tells of."""
    yield entry["event"]
    if "reason" in entry:
        yield entry["reason"]
    for error in entry.get("error_detail") or ():
        yield f"{error['exc_type']}: {error['exc_value']}"
