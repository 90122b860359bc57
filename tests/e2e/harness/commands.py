"""kubectl and helm, with failures that a person can read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
TIMEOUT_SECONDS = 600


class CommandError(Exception):
    """A command that failed: what was called, how it ended, and all that it printed."""

    def __init__(self, command: str, ending: str, output: str) -> None:
        super().__init__(f"{command}\n{ending}:\n{output.strip()}")
        self.output = output


def helm(*arguments: str | Path, input: str | None = None) -> str:
    return run([program("helm"), *arguments], input=input)


def kubectl(*arguments: str | Path, input: str | None = None) -> str:
    return run([program("kubectl"), *arguments], input=input)


def shell(command: str) -> str:
    """A line as a person would type it, after `make up`."""
    return run(["bash", "-o", "pipefail", "-c", command])


def get(*arguments: str) -> Any:
    """What `kubectl get` finds, as data: an object, or the list of them."""
    found = json.loads(kubectl("get", *arguments, "--output=json"))
    return found["items"] if found["kind"] == "List" else found


def apply(*objects: dict[str, Any]) -> None:
    kubectl("apply", "--filename=-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def run(command: list[str | Path], *, input: str | None = None) -> str:
    """What a command prints, if it succeeds."""
    words = [str(word) for word in command]
    readable = " ".join([Path(words[0]).name, *words[1:]])
    try:
        result = subprocess.run(
            words,
            input=input or "",
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            env=os.environ | {"PATH": path()},
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as expired:
        raise CommandError(readable, f"did not end in {TIMEOUT_SECONDS} seconds", str(expired.stdout)) from None
    if result.returncode:
        raise CommandError(readable, f"ended with {result.returncode}", result.stdout + result.stderr)
    return result.stdout


def program(name: str) -> str:
    found = shutil.which(name, path=path())
    if found is None:
        raise FileNotFoundError(f"{name} is neither in .bin/ nor on PATH: `make up` builds it")
    return found


def path() -> str:
    """What the repository built wins over the machine's own."""
    return os.pathsep.join([str(REPOSITORY / ".bin"), os.environ.get("PATH", os.defpath)])
