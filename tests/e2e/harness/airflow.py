"""The calls of Airflow's REST API that the tests make, on top of those that the demo makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from airflow_api import AirflowApi

from .waiting import eventually


class Airflow(AirflowApi):
    @classmethod
    def logged_in(cls, url: str, user: str, password: str) -> Airflow:
        return cls(url, AirflowApi(url).log_in(user, password).token)

    def get(self, path: str) -> Any:
        return self.call("GET", f"/api/v2/{path}")

    def dag(self, dag_id: str) -> dict[str, Any] | None:
        """A DAG if Airflow lists it. Airflow does not list stale DAGs."""
        listed = self.get(f"dags?dag_id_pattern={dag_id}&limit=100")["dags"]
        return next((dag for dag in listed if dag["dag_id"] == dag_id), None)

    def end_of_run(self, dag_id: str, run_id: str, seconds: float = 180) -> str:
        """Wait for the end of a run and return its state: success or failed."""
        return eventually(
            lambda: self.state_if_ended(dag_id, run_id), f"the run {run_id} of {dag_id} has ended", seconds
        )

    def state_if_ended(self, dag_id: str, run_id: str) -> str | None:
        state = self.run_state(dag_id, run_id)
        return state if state in ("success", "failed") else None

    def run(self, dag_id: str, conf: Mapping[str, Any], seconds: float = 180) -> tuple[str, list[str]]:
        """Trigger a DAG, wait for the end of the run, and return its state and what the job printed."""
        run_id = self.trigger(dag_id, conf)
        return self.end_of_run(dag_id, run_id, seconds), self.task_output(dag_id, run_id)

    def import_error_of(self, path: str) -> str | None:
        """The message under Import Errors that names this file."""
        return next((error for error in self.import_errors() if path in error), None)

    def task_log(self, dag_id: str, run_id: str) -> str:
        """The whole log of a run's task as JSON, with tracebacks."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/run/logs/1?full_content=true"
        return json.dumps(self.get(path)["content"])
