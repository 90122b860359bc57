"""What a failed test leaves behind to read: pods, logs and events of its namespaces."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools.cluster.commands import CommandError
from tools.cluster.settings import REPOSITORY

from .commands import get, kubectl

FOLDER = REPOSITORY / ".e2e-report"


def write(test: str, namespaces: list[str]) -> Path:
    folder = FOLDER / re.sub(r"[^\w.-]+", "_", test)
    shutil.rmtree(folder, ignore_errors=True)
    for namespace in namespaces:
        (folder / namespace).mkdir(parents=True, exist_ok=True)
        save(folder / namespace / "pods.txt", namespace, "get", "pods,persistentvolumeclaims", "--output=wide")
        save(folder / namespace / "events.txt", namespace, "get", "events", "--sort-by=.lastTimestamp")
        save(folder / namespace / "describe.txt", namespace, "describe", "pods")
        for pod in get("pods", f"--namespace={namespace}"):
            save_logs(folder / namespace, namespace, pod)
    return folder


def save_logs(folder: Path, namespace: str, pod: dict) -> None:
    name = pod["metadata"]["name"]
    status = pod["status"]
    for container in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
        log = f"{name}.{container['name']}"
        of_container = ("logs", name, f"--container={container['name']}")
        save(folder / f"{log}.log", namespace, *of_container)
        if container["restartCount"]:
            save(folder / f"{log}.previous.log", namespace, *of_container, "--previous")


def save(file: Path, namespace: str, *command: str) -> None:
    try:
        text = kubectl(f"--namespace={namespace}", *command)
    except CommandError as error:
        text = str(error)
    file.write_text(text, encoding="utf-8")
