"""What Kubernetes reports about a pod and its containers."""

from __future__ import annotations

from typing import Any


def statuses(pod: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The statuses of all containers, init containers included, by container name."""
    status = pod["status"]
    found = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    return {container["name"]: container for container in found}


def restarts(pod: dict[str, Any]) -> dict[str, int]:
    return {name: status["restartCount"] for name, status in statuses(pod).items()}


def ready(pod: dict[str, Any]) -> bool:
    conditions = {condition["type"]: condition["status"] for condition in pod["status"].get("conditions", [])}
    return conditions.get("Ready") == "True"


def failed(pod: dict[str, Any], container: str) -> bool:
    """Whether a container exited with an error, now or before its last restart."""
    status = statuses(pod).get(container, {})
    endings = [status.get(when, {}).get("terminated", {}).get("exitCode", 0) for when in ("state", "lastState")]
    return any(endings)
