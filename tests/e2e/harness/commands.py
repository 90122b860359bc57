"""kubectl, helm and shell commands, run in the repository with the programs of .bin/ first on PATH."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tools.cluster.commands import Command, CommandError, output_of
from tools.cluster.settings import REPOSITORY

TIMEOUT_SECONDS = 600


def helm(*arguments: str | Path, input: str | None = None) -> str:
    return call([program("helm"), *arguments], input=input)


def kubectl(*arguments: str | Path, input: str | None = None) -> str:
    return call([program("kubectl"), *arguments], input=input)


def shell(command: str) -> str:
    """A line as you would type it after `make up`."""
    return call(["bash", "-o", "pipefail", "-c", command])


def shell_until(expected: str, command: str, seconds: float = 60) -> str:
    """Run a command that goes on for ever until it prints a line with the expected text; return that line."""
    words = ["timeout", str(seconds), "bash", "-c", command]
    with subprocess.Popen(words, cwd=REPOSITORY, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = next((line for line in process.stdout if expected in line), None)
        process.terminate()
    if found is None:
        raise CommandError(words, f"did not print {expected!r}", "")
    return found


def get(*arguments: str) -> Any:
    """What `kubectl get` finds, as data: one object or a list of objects."""
    found = json.loads(kubectl("get", *arguments, "--output=json"))
    return found["items"] if found["kind"] == "List" else found


def apply(*objects: dict[str, Any]) -> None:
    kubectl("apply", "--filename=-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def call(command: Command, *, input: str | None = None) -> str:
    return output_of(command, input=input, cwd=REPOSITORY, env=environment(), timeout=TIMEOUT_SECONDS)


def environment() -> dict[str, str]:
    return os.environ | {"PATH": path()}


def program(name: str) -> str:
    found = shutil.which(name, path=path())
    if found is None:
        raise FileNotFoundError(f"{name} is neither in .bin/ nor on PATH: `make up` builds it")
    return found


def path() -> str:
    """The repository's own builds come before the machine's programs."""
    return os.pathsep.join([str(REPOSITORY / ".bin"), os.environ.get("PATH", os.defpath)])
