"""The few calls of Airflow's REST API that the demo makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

WITHOUT_PROXY = build_opener(ProxyHandler({}))
TIMEOUT_SECONDS = 30


class ApiError(Exception):
    """A call that got no answer or a refusal; the message names the call and says which."""


@dataclass(frozen=True)
class AirflowApi:
    url: str
    token: str = ""

    def is_up(self) -> bool:
        return bool(self.call("GET", "/api/v2/version"))

    def log_in(self, user: str, password: str) -> AirflowApi:
        answer = self.call("POST", "/auth/token", {"username": user, "password": password})
        return AirflowApi(self.url, answer["access_token"])

    def dag_ids(self) -> set[str]:
        return {dag["dag_id"] for dag in self.call("GET", "/api/v2/dags?limit=100")["dags"]}

    def import_errors(self) -> list[str]:
        return [error["stack_trace"] for error in self.call("GET", "/api/v2/importErrors")["import_errors"]]

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        answer = self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})
        return str(answer["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        return str(self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def task_output(self, dag_id: str, run_id: str) -> list[str]:
        """What the job itself printed and logged, and any error; without what Airflow tells of its own work."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/run/logs/1?full_content=true"
        entries = self.call("GET", path)["content"]
        return [entry["event"] for entry in entries if is_of_the_job(entry)]

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with WITHOUT_PROXY.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except HTTPError as error:
            detail = error.read().decode(errors="replace")
            raise ApiError(f"{method} {path} was answered with {error.code}: {detail}") from None
        except (OSError, HTTPException) as error:
            raise ApiError(f"{method} {path} got no answer from {self.url}: {error}") from None


def is_of_the_job(entry: Mapping[str, Any]) -> bool:
    """Airflow's logger `task` is its own, `task.stdout` and `task.stderr` are what the job prints."""
    logger, level = entry.get("logger", "task"), entry.get("level")
    return level in ("error", "critical") or not (logger == "task" or logger.startswith("airflow"))
