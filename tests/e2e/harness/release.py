"""A release of the chart in a namespace."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.cluster.settings import REPOSITORY

from .airflow import Airflow
from .commands import get, helm, kubectl
from .forwarding import port_forward
from .pod_status import statuses

Values = Mapping[str, Any]
# Values with the images to use. Where the chart's default images can be pulled, no file is needed: E2E_IMAGES= (empty).
IMAGES = os.environ.get("E2E_IMAGES", "" if os.environ.get("E2E_CLUSTER") == "external" else "tests/e2e/images.yaml")
# Small requests, so that several releases fit on two cores. Tests of the chart's defaults do without these.
LIGHT: Values = {
    component: {"resources": {"requests": {"cpu": "10m"}}}
    for component in ("sync", "scheduler", "dagProcessor", "webserver", "migrations", "postgresql", "logs", "tests")
}


@dataclass(frozen=True)
class Release:
    namespace: str
    name: str = "airflow"
    chart: Path = REPOSITORY

    def install(self, values: Values | None = None, *arguments: str) -> str:
        """Install and wait until every pod is Ready."""
        return self._deploy("install", values, "--wait", *arguments)

    def upgrade(self, values: Values | None = None, *arguments: str) -> str:
        """Upgrade and wait until every pod is Ready. Earlier values do not carry over: pass all of them again."""
        return self._deploy("upgrade", values, "--wait", *arguments)

    def _deploy(self, action: str, values: Values | None, *arguments: str) -> str:
        images = ["--values", IMAGES] if IMAGES else []
        own = ["--values=-", "--timeout=5m"]
        return self.helm(action, str(self.chart), *images, *own, *arguments, input=json.dumps(values or {}))

    def test(self) -> str:
        """Run `helm test` and return what it and its pods print. A failure raises CommandError with the same text."""
        return self.helm("test", "--logs", "--timeout=10m")

    def rollback(self, revision: int) -> None:
        self.helm("rollback", str(revision), "--wait", "--timeout=5m")

    def uninstall(self) -> None:
        self.helm("uninstall", "--wait", "--timeout=5m")

    def helm(self, action: str, *arguments: str, input: str | None = None) -> str:
        return helm(action, self.name, *arguments, f"--namespace={self.namespace}", input=input)

    def kubectl(self, *arguments: str, input: str | None = None) -> str:
        return kubectl(f"--namespace={self.namespace}", *arguments, input=input)

    def get(self, *arguments: str) -> Any:
        return get(*arguments, f"--namespace={self.namespace}")

    def pods(self, component: str) -> list[dict[str, Any]]:
        selector = f"app.kubernetes.io/instance={self.name},app.kubernetes.io/component={component}"
        found: list[dict[str, Any]] = self.get("pods", f"--selector={selector}")
        return found

    def exec(self, container: str, *command: str, workload: str = "deployment/{}-scheduler") -> str:
        """What a command prints in a container of the scheduler's pod, or of another workload's pod."""
        return self.kubectl("exec", workload.format(self.name), f"--container={container}", "--", *command)

    def container_ids(self) -> dict[str, str]:
        """The id of every container of the release, which changes when the container restarts."""
        return {
            f"{pod['metadata']['name']}/{name}": status["containerID"]
            for pod in self.get("pods", f"--selector=app.kubernetes.io/instance={self.name}")
            for name, status in statuses(pod).items()
        }

    def secret(self, name: str, key: str) -> str:
        data = self.get("secret", f"{self.name}-{name}")["data"]
        return base64.b64decode(data[key]).decode()

    @contextmanager
    def webserver(self) -> Iterator[str]:
        """The URL of the UI and the API."""
        with port_forward(self.namespace, f"svc/{self.name}-webserver", 80) as url:
            yield url

    @contextmanager
    def dag_sync(self) -> Iterator[str]:
        """The base URL of the sidecar's /status, /metrics and /healthz."""
        with port_forward(self.namespace, f"svc/{self.name}-dag-sync", 8975) as url:
            yield url

    @contextmanager
    def airflow(self) -> Iterator[Airflow]:
        """Airflow's API, logged in as the admin user."""
        with self.webserver() as url:
            yield Airflow.logged_in(url, "admin", self.secret("admin-password", "password"))
