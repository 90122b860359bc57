"""helm test: a run that is triggered through the REST API succeeds."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote

from release_api import Airflow, Failure, run_check, setting

PATIENCE_SECONDS = 300
LOG_LINES = 40


def trigger(airflow: Airflow, dag_id: str, args: list[str]) -> str:
    """Triggers a run and returns its ID."""
    dag = airflow.get(f"dags/{dag_id}")
    if dag["is_paused"]:
        raise Failure(
            f"The DAG {dag_id} is paused, so the run would never start. Unpause it, or set tests.dagId to another DAG."
        )
    return airflow.post(f"dags/{dag_id}/dagRuns", {"logical_date": None, "conf": {"args": args}})["dag_run_id"]


def await_end(airflow: Airflow, run: str) -> str:
    """The final state of the run, which is given by its path in the API."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        state = airflow.get(run)["state"]
        if state in ("success", "failed"):
            return state
        if time.monotonic() > deadline:
            raise Failure(
                f"The run is still {state} after {PATIENCE_SECONDS} seconds. The scheduler may be down or have no free "
                f"slots: see the log of airflow-scheduler.\n{log_of(airflow, run)}"
            )
        time.sleep(2)


def log_of(airflow: Airflow, run: str) -> str:
    """The last lines of the log of the run's last task, or why there are none."""
    try:
        tasks = airflow.get(f"{run}/taskInstances")["task_instances"]
        if not tasks:
            return "No task has started: see the log of airflow-scheduler."
        task = tasks[-1]
        task_path = f"{run}/taskInstances/{quote(task['task_id'], safe='')}/logs/{task['try_number']}"
        lines = [line_of(event) for event in airflow.get(task_path)["content"]]
    except (Failure, KeyError) as error:
        return f"Cannot read the task log: {error}"
    heading = f"Last lines of the log of task {task['task_id']}, try {task['try_number']}:"
    return "\n".join([heading, *lines[-LOG_LINES:]])


def line_of(event: dict[str, Any] | str) -> str:
    """One line of a task log, which Airflow returns as structured events."""
    return event if isinstance(event, str) else str(event.get("event", event))


def check() -> str:
    dag_id = setting("DAG_ID")
    airflow = Airflow()
    run_id = trigger(airflow, dag_id, json.loads(setting("DAG_ARGS")))
    run = f"dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"
    print(f"Triggered {dag_id}: {run_id}")
    if await_end(airflow, run) == "failed":
        raise Failure(f"The run {run_id} of {dag_id} failed.\n{log_of(airflow, run)}")
    return f"The run {run_id} of {dag_id} succeeded."


if __name__ == "__main__":
    raise SystemExit(run_check(check))
