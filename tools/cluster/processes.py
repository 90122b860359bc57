"""Daemons: started once, recorded by process id, and stopped by that process id only."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .settings import Settings
from .steps import ClusterError
from .waiting import wait_until


@dataclass(frozen=True)
class Daemon:
    name: str
    command: tuple[str, ...]

    @classmethod
    def of(cls, name: str, *command: str | Path) -> Daemon:
        return cls(name, tuple(str(word) for word in command))


@dataclass(frozen=True)
class Record:
    """A started process. The start time distinguishes it from a later process with the same id."""

    pid: int
    started: str | None
    command: tuple[str, ...]

    @property
    def alive(self) -> bool:
        return self.started is not None and self.started == start_time(self.pid)


def ensure(settings: Settings, daemon: Daemon, ready: Callable[[], bool], *, seconds: float = 120) -> None:
    """Start a daemon and wait until it is ready. A running one is restarted only if its command has changed."""
    record = running(settings, daemon.name)
    if record and record.command != daemon.command:
        stop(settings, daemon.name)
        record = None
    if record is None:
        start(settings, daemon)
    log = settings.log(daemon.name)

    def ready_or_dead() -> bool:
        if running(settings, daemon.name) is None:
            raise ClusterError(f"{daemon.name} exited right after it was started", log)
        return ready()

    wait_until(ready_or_dead, f"{daemon.name} is ready", log=log, seconds=seconds)


def start(settings: Settings, daemon: Daemon) -> None:
    settings.logs.mkdir(parents=True, exist_ok=True)
    settings.runtime.mkdir(parents=True, exist_ok=True)
    with settings.log(daemon.name).open("ab") as log:
        process = subprocess.Popen(
            daemon.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=settings.repository,
            start_new_session=True,
        )
    record = {"pid": process.pid, "started": start_time(process.pid), "command": daemon.command}
    record_path(settings, daemon.name).write_text(json.dumps(record))


def stop(settings: Settings, name: str) -> None:
    """Kill it: a test cluster's state is thrown away, and an API server would wait a minute for its etcd."""
    record = running(settings, name)
    if record:
        os.kill(record.pid, signal.SIGKILL)
        wait_until(lambda: not record.alive, f"{name} has ended", log=settings.log(name), seconds=10)
    record_path(settings, name).unlink(missing_ok=True)


def running(settings: Settings, name: str) -> Record | None:
    try:
        fields = json.loads(record_path(settings, name).read_text())
    except FileNotFoundError:
        return None
    record = Record(fields["pid"], fields["started"], tuple(fields["command"]))
    return record if record.alive else None


def record_path(settings: Settings, name: str) -> Path:
    return settings.runtime / f"{name}.pid"


def start_time(pid: int) -> str | None:
    """Field 22 of /proc/PID/stat, or None if the process has ended; a zombie counts as ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]
