"""The calls to Airflow's REST API that the demo makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

WITHOUT_PROXY = build_opener(ProxyHandler({}))
REQUEST_TIMEOUT_SECONDS = 30


class ApiError(Exception):
    """A call that failed. The message names the call; `status` is the HTTP status, or None if there was no response."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class AirflowApi:
    url: str
    token: str = ""

    def is_up(self) -> bool:
        return bool(self.call("GET", "/api/v2/version"))

    def log_in(self, user: str, password: str) -> AirflowApi:
        response = self.call("POST", "/auth/token", {"username": user, "password": password})
        return AirflowApi(self.url, response["access_token"])

    def dag_ids(self) -> set[str]:
        return {dag["dag_id"] for dag in self.call("GET", "/api/v2/dags?limit=100")["dags"]}

    def import_errors(self) -> list[str]:
        return [error["stack_trace"] for error in self.call("GET", "/api/v2/importErrors")["import_errors"]]

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        run = self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})
        return str(run["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        return str(self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def task_output(self, dag_id: str, run_id: str) -> list[str]:
        """What the job printed and logged, and any error, without Airflow's messages about its own work."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/run/logs/1?full_content=true"
        entries = self.call("GET", path)["content"]
        return [entry["event"] for entry in entries if is_job_output(entry)]

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with WITHOUT_PROXY.open(request, timeout=REQUEST_TIMEOUT_SECONDS) as response:
                return json.load(response)
        except HTTPError as error:
            detail = error.read().decode(errors="replace")
            raise ApiError(f"{method} {path} failed with HTTP status {error.code}: {detail}", error.code) from None
        except (OSError, HTTPException) as error:
            raise ApiError(f"{method} {path} got no response from {self.url}: {error}") from None


def is_job_output(entry: Mapping[str, Any]) -> bool:
    """Airflow itself logs as `task`; what the job prints is logged as `task.stdout` and `task.stderr`."""
    logger, level = entry.get("logger", "task"), entry.get("level")
    return level in ("error", "critical") or not (logger == "task" or logger.startswith("airflow"))
