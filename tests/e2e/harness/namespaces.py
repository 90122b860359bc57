"""Namespaces that the tests make, that enforce Pod Security `restricted`, and that go when they are left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .commands import apply, get, kubectl

OURS = "airflow-control-plane/e2e"
LABELS = {OURS: "true", "pod-security.kubernetes.io/enforce": "restricted"}
# Those in use now: what a report on a failure is about.
in_use: list[str] = []


@contextmanager
def namespace(name: str) -> Iterator[str]:
    """A fresh namespace. What an interrupted test left behind under its name goes first."""
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
            f"The namespace {name} was not made by these tests, which want to make it anew: delete it yourself if "
            f"nothing in it matters (kubectl delete namespace {name}), or let KUBECONFIG name another cluster."
        )
    kubectl("delete", "namespace", name, "--wait=false")
    # A scheduler whose database went before it would use up all the time that it is given for running jobs.
    kubectl("delete", "pods", "--all", f"--namespace={name}", "--grace-period=1", "--wait=false")
    kubectl("wait", f"namespace/{name}", "--for=delete", "--timeout=5m")
