"""Pods of the KubernetesExecutor: the deployment's own pod template with a job's CPU and memory in it.

A DAG names its template by a path, so no file that Airflow parses imports the client of Kubernetes. Names are made of
the content: a template never changes, and is never removed, for a run that waits may need it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from airflow_control_plane.dag_generator.atomic_write import write_atomically
from airflow_control_plane.model.errors import OutputError

_CONTAINER = "base"  # the name that Airflow demands of the container that runs the task


@dataclass(frozen=True, slots=True)
class PodTemplates:
    """Where templates go, and the pod that they all begin with."""

    folder: str
    pod: Mapping[str, Any] = field(default_factory=dict)

    def path_for(self, resources: Mapping[str, Any]) -> str:
        return os.path.join(self.folder, f"{hashlib.sha256(self.render(resources)).hexdigest()[:16]}.yaml")

    def render(self, resources: Mapping[str, Any]) -> bytes:
        """The template as JSON, which is YAML, too."""
        pod: Any = deepcopy(dict(self.pod))
        for container in pod["spec"]["containers"]:
            if container["name"] == _CONTAINER:
                container["resources"] = requirements(resources)
        return (json.dumps(pod, indent=2, sort_keys=True) + "\n").encode()

    def publish(self, resources: Mapping[str, Any]) -> None:
        """Writes the template unless it is there. Raises OutputError."""
        path = self.path_for(resources)
        try:
            if not os.path.exists(path):
                os.makedirs(self.folder, exist_ok=True)
                write_atomically(path, self.render(resources))
        except OSError as error:
            raise OutputError(f"the pod template {path} cannot be written: {error.strerror}") from error


def requirements(resources: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Requests and limits as Kubernetes has them. What is given for neither holds for both."""
    both = {name: resources[name] for name in ("cpu", "memory") if name in resources}
    return {
        kind: {name: str(amount) for name, amount in sorted({**both, **resources.get(kind, {})}.items())}
        for kind in ("requests", "limits")
        if both or kind in resources
    }
