"""A volume of packages, and a pod that writes to it the way a team delivers its jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import release_images
from .commands import apply, kubectl
from .pods import pod

CLAIM = "etl-packages"
AUTHOR = "author"
VALUES = {"packages": {"source": {"type": "pvc", "pvc": {"claimName": CLAIM}}}}
# A file must appear complete: Python must not read half of one.
WRITE = 'mkdir -p "$(dirname "$0")" && cat >"$0.part" && mv "$0.part" "$0"'


@dataclass(frozen=True)
class PackagesVolume:
    namespace: str

    def create(self) -> None:
        apply(self._claim(), self._author())
        kubectl(f"--namespace={self.namespace}", "wait", f"pod/{AUTHOR}", "--for=condition=Ready", "--timeout=120s")

    def write(self, path: str, text: str) -> None:
        """Write a file of the volume, for example shop/jobs/orders.py."""
        self._run("sh", "-c", WRITE, path, input=text)

    def remove(self, path: str) -> None:
        self._run("rm", "-r", path)

    def move(self, path: str, target: str) -> None:
        self._run("mv", path, target)

    def _run(self, *command: str, input: str | None = None) -> None:
        kubectl(f"--namespace={self.namespace}", "exec", "--stdin", AUTHOR, "--", *command, input=input)

    def _claim(self) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": CLAIM, "namespace": self.namespace},
            "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "64Mi"}}},
        }

    def _author(self) -> dict[str, Any]:
        container = {
            "image": release_images.airflow(),
            "command": ["sleep", "infinity"],
            "workingDir": "/packages",
            "volumeMounts": [{"name": "packages", "mountPath": "/packages"}],
        }
        volume = {"name": "packages", "persistentVolumeClaim": {"claimName": CLAIM}}
        return pod(self.namespace, AUTHOR, container, security={"fsGroup": 50000}, volumes=[volume])
