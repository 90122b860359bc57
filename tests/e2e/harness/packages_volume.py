"""A volume of packages, and a pod that writes to it as the delivery of a team would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from .commands import REPOSITORY, apply, kubectl
from .release import IMAGES

CLAIM = "etl-packages"
AUTHOR = "author"
VALUES = {"packages": {"source": {"type": "pvc", "pvc": {"claimName": CLAIM}}}}
# A file appears whole: Python must not read the half of one.
WRITE = 'mkdir -p "$(dirname "$0")" && cat >"$0.part" && mv "$0.part" "$0"'


@dataclass(frozen=True)
class PackagesVolume:
    namespace: str

    def create(self) -> None:
        apply(self._claim(), self._author())
        kubectl(f"--namespace={self.namespace}", "wait", f"pod/{AUTHOR}", "--for=condition=Ready", "--timeout=120s")

    def write(self, path: str, text: str) -> None:
        """A file of the volume, such as shop/jobs/orders.py."""
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
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": AUTHOR, "namespace": self.namespace},
            "spec": {
                "automountServiceAccountToken": False,
                "terminationGracePeriodSeconds": 0,
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 50000,
                    "fsGroup": 50000,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [
                    {
                        "name": AUTHOR,
                        "image": airflow_image(),
                        "command": ["sleep", "infinity"],
                        "workingDir": "/packages",
                        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                        "volumeMounts": [{"name": "packages", "mountPath": "/packages"}],
                    }
                ],
                "volumes": [{"name": "packages", "persistentVolumeClaim": {"claimName": CLAIM}}],
            },
        }


def airflow_image() -> str:
    """The image of the releases under test: the chart's default, unless the tests bring their own."""
    chart = yaml.safe_load((REPOSITORY / "Chart.yaml").read_text())
    default = {"repository": "apache/airflow", "tag": chart["appVersion"]}
    image = yaml.safe_load((REPOSITORY / IMAGES).read_text())["image"] if IMAGES else default
    return f"{image['repository']}:{image['tag']}"
