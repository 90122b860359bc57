"""The tests' own pods, as Pod Security `restricted` requires them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
CONTAINER = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def pod(
    namespace: str,
    name: str,
    container: Mapping[str, Any],
    *,
    labels: Mapping[str, str] | None = None,
    security: Mapping[str, Any] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """A pod of one container. `spec` adds to the pod's spec."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels or {})},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "securityContext": {**POD, **(security or {})},
            "containers": [{"name": name, "securityContext": CONTAINER, **container}],
            **spec,
        },
    }
