"""kubectl and helm, with failures that a person can read."""

from __future__ import annotations

import json
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
            words, input=input or "", capture_output=True, text=True, cwd=REPOSITORY, timeout=TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired as expired:
        raise CommandError(readable, f"did not end in {TIMEOUT_SECONDS} seconds", str(expired.stdout)) from None
    if result.returncode:
        raise CommandError(readable, f"ended with {result.returncode}", result.stdout + result.stderr)
    return result.stdout


def program(name: str) -> str:
    """The one that the repository built, else the machine's own."""
    built = REPOSITORY / ".bin" / name
    found = str(built) if built.exists() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is neither in .bin/ nor on PATH: `make up` builds it")
    return found
