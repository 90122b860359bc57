"""kubectl, helm and shell commands, run in the repository with the programs of .bin/ first on PATH."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from tools.cluster.commands import Command, output_of
from tools.cluster.settings import REPOSITORY

TIMEOUT_SECONDS = 600


def helm(*arguments: str | Path, input: str | None = None) -> str:
    return call([program("helm"), *arguments], input=input)


def kubectl(*arguments: str | Path, input: str | None = None) -> str:
    return call([program("kubectl"), *arguments], input=input)


def shell(command: str) -> str:
    """A line as you would type it after `make up`."""
    return call(["bash", "-o", "pipefail", "-c", command])


def get(*arguments: str) -> Any:
    """What `kubectl get` finds, as data: one object or a list of objects."""
    found = json.loads(kubectl("get", *arguments, "--output=json"))
    return found["items"] if found["kind"] == "List" else found


def apply(*objects: dict[str, Any]) -> None:
    kubectl("apply", "--filename=-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def call(command: Command, *, input: str | None = None) -> str:
    env = os.environ | {"PATH": path()}
    return output_of(command, input=input, cwd=REPOSITORY, env=env, timeout=TIMEOUT_SECONDS)


def program(name: str) -> str:
    found = shutil.which(name, path=path())
    if found is None:
        raise FileNotFoundError(f"{name} is neither in .bin/ nor on PATH: `make up` builds it")
    return found


def path() -> str:
    """The repository's own builds come before the machine's programs."""
    return os.pathsep.join([str(REPOSITORY / ".bin"), os.environ.get("PATH", os.defpath)])
