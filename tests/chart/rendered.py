"""Renders the chart with Helm and finds objects, pods and containers in the result."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILT_HELM = ROOT / ".bin" / "helm"
ENVIRONMENTS = sorted((ROOT / "environments").glob("*.yaml"))
KUBERNETES = "1.34.0"

# Everything that can be enabled at the same time, so that a test of every object sees all of them.
EVERYTHING = {
    "scheduler": {"replicas": 2},
    "webserver": {"replicas": 2, "baseUrl": "https://airflow.example.com", "config": "AUTH_TYPE = 4"},
    "triggerer": {"enabled": True, "replicas": 2},
    "ingress": {"enabled": True, "tlsSecret": "tls"},
    "logs": {"persistence": {"enabled": True}},
    "cleanup": {"enabled": True},
}

Object = dict[str, Any]
POD_KINDS = {"Deployment", "StatefulSet", "CronJob", "Pod"}


class RenderingFailed(Exception):
    """The error message of Helm."""


def helm(*arguments: str | Path, values: Object | None = None) -> str:
    """The output of a helm command that reads the values from standard input."""
    command = str(BUILT_HELM) if BUILT_HELM.exists() else shutil.which("helm")
    assert command, "helm is missing: run `make tools`"
    given = ["--values", "-"] if values is not None else []
    result = subprocess.run(
        [command, *map(str, arguments), *given],
        input=json.dumps(values, ensure_ascii=False),  # YAML does not allow pairs of surrogates
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    if result.returncode:
        raise RenderingFailed(result.stderr)
    return result.stdout


def render_text(values: Object | None = None, *files: Path, release: str = "airflow") -> str:
    """The rendered chart as text. Values files are merged over the defaults, and the values over those."""
    options = [option for file in files for option in ("--values", file)]
    return helm(
        "template", release, ROOT, "--namespace", "etl", "--kube-version", KUBERNETES, *options, values=values or {}
    )


def objects_in(text: str) -> list[Object]:
    """The objects in a rendered text."""
    return [document for document in yaml.safe_load_all(text) if document]


def render(values: Object | None = None, *files: Path) -> list[Object]:
    """The objects of the rendered chart."""
    return objects_in(render_text(values, *files))


def name_of(item: Object) -> str:
    """Kind and name as kubectl writes them, for example deployment/airflow-scheduler."""
    return f"{item['kind'].lower()}/{item['metadata']['name']}"


def find(items: Sequence[Object], name: str) -> Object:
    """The object with this kind and name, for example deployment/airflow-scheduler."""
    return next(item for item in items if name_of(item) == name)


def pod_template(item: Object) -> Object | None:
    """The metadata and the spec of an object's pods, or None if it has no pods."""
    if item["kind"] not in POD_KINDS:
        return None
    if item["kind"] == "Pod":
        return item
    spec = item["spec"]["jobTemplate"]["spec"] if item["kind"] == "CronJob" else item["spec"]
    return spec["template"]


def pods(items: Sequence[Object]) -> Iterator[tuple[str, Object]]:
    """The pod templates of all objects, with the names of the objects."""
    for item in items:
        template = pod_template(item)
        if template:
            yield name_of(item), template


def containers(items: Sequence[Object]) -> Iterator[tuple[str, Object]]:
    """All containers and init containers, with names like deployment/airflow-scheduler/migrate."""
    for name, template in pods(items):
        for container in [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]:
            yield f"{name}/{container['name']}", container
