"""The demo's child processes. Each has its own process group, and none outlives the demo."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 10.0
TAIL_LINES = 25


class DemoError(Exception):
    """The demo cannot continue. The message says why and where to look."""


@dataclass
class Children:
    """Starts commands with one environment, writes their output to log files, and stops them all."""

    environment: dict[str, str]
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    is_stopping: bool = False

    def stop_on(self, *numbers: signal.Signals) -> None:
        """Make `check` raise KeyboardInterrupt on these signals. Anywhere else it could lose a process just started."""
        for number in numbers:
            signal.signal(number, self.request_stop)

    def request_stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def run(self, name: str, *command: str) -> None:
        """Start a command and wait until it ends."""
        self.start(name, *command)
        while self.running[name].poll() is None:
            time.sleep(0.1)
            self.check(may_end=name)
        if self.running.pop(name).returncode:
            raise self.failure(name, f"{name} failed")

    def start(self, name: str, *command: str) -> None:
        # In its own session, so Ctrl-C in the terminal reaches only the demo, which then stops its children in order.
        with self.log(name).open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self, may_end: str = "") -> None:
        """Raise an error if a process has ended, except the one that may."""
        if self.is_stopping:
            raise KeyboardInterrupt
        for name, process in self.running.items():
            if name != may_end and process.poll() is not None:
                raise self.failure(name, f"{name} ended unexpectedly with exit code {process.returncode}")

    def failure(self, name: str, message: str) -> DemoError:
        """An error that shows the end of the process's log."""
        lines = self.log(name).read_text(errors="replace").splitlines()[-TAIL_LINES:]
        heading = f"{message}. The last lines of {self.log(name)}:"
        return DemoError("\n".join([heading, *(f"  | {line}" for line in lines)]))

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def stop(self) -> None:
        """Terminate every process group, wait, then kill what is left."""
        for process in self.running.values():
            signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            signal_group(process, signal.SIGKILL)  # also kills what a group's leader left behind
            process.wait()
        self.running.clear()


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # the whole group has ended
        os.killpg(process.pid, number)
