"""Namespaces of the tests: they enforce Pod Security `restricted` and are deleted after use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .commands import apply, get, kubectl

OURS = "airflow-control-plane/e2e"
LABELS = {OURS: "true", "pod-security.kubernetes.io/enforce": "restricted"}
# The namespaces in use now. A report on a failed test covers these.
in_use: list[str] = []


@contextmanager
def namespace(name: str) -> Iterator[str]:
    """A new namespace. If an interrupted test left one of this name behind, it is deleted first."""
    remove(name)
    create(name)
    in_use.append(name)
    try:
        yield name
    finally:
        in_use.remove(name)
        remove(name)


def create(name: str) -> None:
    apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": LABELS}})


def remove(name: str) -> None:
    found = get("namespace", f"--field-selector=metadata.name={name}")
    if not found:
        return
    if OURS not in found[0]["metadata"]["labels"]:
        raise RuntimeError(
            f"The tests need a new namespace {name}, and the existing one was not created by them. If you do not need "
            f"it, delete it (kubectl delete namespace {name}); otherwise set KUBECONFIG to another cluster."
        )
    kubectl("delete", "namespace", name, "--wait=false")
    # A scheduler whose database is deleted first would wait out its whole grace period for running jobs.
    kubectl("delete", "pods", "--all", f"--namespace={name}", "--grace-period=1", "--wait=false")
    kubectl("wait", f"namespace/{name}", "--for=delete", "--timeout=5m")
