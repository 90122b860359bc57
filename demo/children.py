"""Processes that run beside the demo, each in a process group of its own and none outliving it."""

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
    """The demo cannot go on; the message says why and what to look at."""


@dataclass
class Children:
    """Starts commands in one environment, sends their output to log files, and ends them all."""

    environment: dict[str, str]
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    is_ending: bool = False

    def end_on(self, *numbers: signal.Signals) -> None:
        """Have `check` raise KeyboardInterrupt: an interruption elsewhere could lose a process just started."""
        for number in numbers:
            signal.signal(number, self.note_ending)

    def note_ending(self, number: int, frame: FrameType | None) -> None:
        self.is_ending = True

    def run(self, name: str, *command: str) -> None:
        """Start a command and wait for its end."""
        self.start(name, *command)
        while self.running[name].poll() is None:
            time.sleep(0.1)
            self.check(passing=name)
        if self.running.pop(name).returncode:
            raise self.failure(name, f"{name} failed")

    def start(self, name: str, *command: str) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the demo alone, which then ends its children in order.
        with self.log(name).open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self, passing: str = "") -> None:
        """Every one of them is meant to stay, save the one that is passing."""
        if self.is_ending:
            raise KeyboardInterrupt
        for name, process in self.running.items():
            if name != passing and process.poll() is not None:
                raise self.failure(name, f"{name} ended by itself with exit code {process.returncode}")

    def failure(self, name: str, message: str) -> DemoError:
        """An error that shows the end of the log in which to look."""
        lines = self.log(name).read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return DemoError("\n".join([f"{message}. The end of {self.log(name)}:", *(f"  | {line}" for line in lines)]))

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def stop(self) -> None:
        """Ask every group to end, wait, then insist."""
        for process in self.running.values():
            signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            signal_group(process, signal.SIGKILL)  # also what a leader left behind
            process.wait()
        self.running.clear()


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # the whole group is gone already
        os.killpg(process.pid, number)
