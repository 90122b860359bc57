"""Running other programs: for what they print, or with their output in a log."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .steps import ClusterError

Command = Sequence[str | Path]


class CommandError(ClusterError):
    """A command that failed: the command, how it ended and everything it printed."""

    def __init__(self, command: Command, ending: str, output: str, status: int | None = None) -> None:
        super().__init__(f"{printable(command)}\n{ending}:\n{output.strip()}")
        self.output = output
        self.status = status


def run(command: Command, *, log: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
    """Run a command whose output matters only if it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, installed(command):
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=env
        )
    if result.returncode:
        raise ClusterError(f"{printable(command)} exited with {result.returncode}", log)


def output_of(
    command: Command,
    *,
    input: str | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> str:
    """Run a command and return what it prints on standard output."""
    given = (input or "").encode()
    try:
        with installed(command):
            result = subprocess.run(command, input=given, capture_output=True, cwd=cwd, env=env, timeout=timeout)
    except subprocess.TimeoutExpired as expired:
        raise CommandError(command, f"did not end within {timeout:g} s", text(expired.stdout)) from None
    if result.returncode:
        ending, printed = f"exited with {result.returncode}", text(result.stdout) + text(result.stderr)
        raise CommandError(command, ending, printed, result.returncode)
    return text(result.stdout)


def succeeds(command: Command) -> bool:
    with installed(command):
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


@contextmanager
def installed(command: Command) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ClusterError(f"{command[0]} is not installed: `up` installs what it needs") from error


def printable(command: Command) -> str:
    """As you would type it."""
    return shlex.join(str(word) for word in command)


def text(output: bytes | None) -> str:
    return (output or b"").decode(errors="replace")
