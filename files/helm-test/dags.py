"""helm test: every job that the generator found is a DAG in Airflow, and Airflow can import every DAG file."""

from __future__ import annotations

from typing import Any

from release_api import Airflow, await_no_failures, request_json, run_check, setting

# Airflow looks for new files every 10 seconds, and parsing many files for the first time takes longer.
PATIENCE_SECONDS = 180
INCOMPLETE = "The generator could not read all packages or settings"


def missing_dags(jobs: list[dict[str, Any]], dag_ids: set[str]) -> list[str]:
    """A message for each job that Airflow does not list."""
    selector = f"-n {setting('NAMESPACE')} -l app.kubernetes.io/instance={setting('RELEASE')}"
    return [
        f"Airflow does not list the DAG {job['dag_id']}, whose file in {setting('AIRFLOW_DAGS_DIR')} is generated from "
        f"{job['source']}. See: kubectl logs {selector} -c dag-processor"
        for job in jobs
        if job["dag_id"] not in dag_ids
    ]


def import_errors(errors: list[dict[str, Any]]) -> list[str]:
    """A message for each file that Airflow cannot import."""
    return [
        f"Airflow cannot import {error['filename']}. Fix this error:\n{error['stack_trace'].strip()}"
        for error in errors
    ]


def job_problems(problems: list[dict[str, Any]]) -> list[str]:
    """A line for each error in a job file, as `airflow-control-plane check` prints it."""
    return [f"{place_of(problem)}: {problem['message']}" for problem in problems if problem["severity"] == "error"]


def place_of(problem: dict[str, Any]) -> str:
    """Path, line and column. Line 0 means the whole file."""
    return f"{problem['path']}:{problem['line']}:{problem['column']}" if problem["line"] else problem["path"]


def failures(airflow: Airflow) -> list[str]:
    """Everything that prevents a job from being a DAG."""
    status = request_json(f"{setting('DAG_SYNC_URL')}/status")
    dag_ids = {dag["dag_id"] for dag in airflow.get_all("dags", "dags")}
    return [
        *([] if status["complete"] else [f"{INCOMPLETE}: {status['error']}. See the log of dag-sync-sidecar."]),
        *job_problems(status["problems"]),
        *missing_dags(status["jobs"], dag_ids),
        *import_errors(airflow.get_all("importErrors", "import_errors")),
    ]


def check() -> str:
    airflow = Airflow()
    await_no_failures(lambda: failures(airflow), PATIENCE_SECONDS)
    jobs = request_json(f"{setting('DAG_SYNC_URL')}/status")["jobs"]
    return f"Airflow lists the DAGs of all {len(jobs)} job(s) and can import every DAG file."


if __name__ == "__main__":
    raise SystemExit(run_check(check))
