"""Pod templates of the KubernetesExecutor: the deployment's own, with a job's CPU and memory filled in.

A DAG names its template by path, so no file that Airflow parses imports the Kubernetes client. The file name is a hash
of the content, so a template never changes while a queued run may still need it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

_CONTAINER = "base"  # Airflow requires this name for the container that runs the task


@dataclass(frozen=True, slots=True)
class PodTemplates:
    """The folder that templates are written to, and the pod that all of them start from."""

    folder: str
    pod: Mapping[str, Any] = field(default_factory=dict)

    def for_resources(self, resources: Mapping[str, Any]) -> tuple[str, bytes]:
        """Path and content of the template: JSON, which is YAML."""
        pod: Any = deepcopy(dict(self.pod))
        for container in pod["spec"]["containers"]:
            if container["name"] == _CONTAINER:
                container["resources"] = requirements(resources)
        content = (json.dumps(pod, indent=2, sort_keys=True) + "\n").encode()
        return os.path.join(self.folder, f"{hashlib.sha256(content).hexdigest()[:16]}.yaml"), content


def requirements(resources: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Requests and limits as Kubernetes writes them. `cpu` and `memory` outside of both apply to both."""
    both = {name: resources[name] for name in ("cpu", "memory") if name in resources}
    return {
        kind: {name: str(amount) for name, amount in sorted({**both, **resources.get(kind, {})}.items())}
        for kind in ("requests", "limits")
        if both or kind in resources
    }
