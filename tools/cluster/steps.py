"""Steps that print their time, commands that write to a log, and the one error that tells where to look."""

from __future__ import annotations

import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

TAIL_LINES = 20


class ClusterError(Exception):
    """Something a person must read: the message, and the log that says more."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log
        self.step: str | None = None

    def __str__(self) -> str:
        lines = [f"{self.step}: {self.args[0]}" if self.step else self.args[0]]
        if self.log:
            lines += [f"log: {self.log}", *(f"  | {line}" for line in tail(self.log))]
        return "\n".join(lines)


@contextmanager
def step(title: str) -> Iterator[None]:
    print(f"  {title} ".ljust(58, "."), end=" ", flush=True)
    started = time.monotonic()
    try:
        yield
    except ClusterError as error:
        print("failed", flush=True)
        error.step = error.step or title
        raise
    print(f"{time.monotonic() - started:6.1f} s", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a command whose output only matters when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, installed(command):
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=env
        )
    if result.returncode:
        raise ClusterError(f"{printable(command)} ended with {result.returncode}", log)


def output_of(command: Sequence[str | Path], *, input: str | None = None) -> str:
    """Run a command for what it prints."""
    with installed(command):
        result = subprocess.run(command, input=input, capture_output=True, text=True)
    if result.returncode:
        raise ClusterError(f"{printable(command)} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def succeeds(command: Sequence[str | Path]) -> bool:
    with installed(command):
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


@contextmanager
def installed(command: Sequence[str | Path]) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ClusterError(f"{command[0]} is not installed: `up` installs what it needs") from error


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def wait_until(check: Callable[[], bool], what: str, *, log: Path, seconds: float = 120) -> None:
    """Return as soon as the check holds."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise ClusterError(f"waited {seconds:g} s for {what}", log)
        time.sleep(0.2)


def tail(log: Path) -> list[str]:
    if not log.exists():
        return ["(no such file)"]
    return log.read_text(errors="replace").splitlines()[-TAIL_LINES:]


def printable(command: Sequence[str | Path]) -> str:
    words = [str(word) for word in command]
    return " ".join(words[:4] + ["..."] if len(words) > 5 else words)
