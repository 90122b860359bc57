"""A package root and a DAG folder on a real disk, and the real command that works on them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from airflow_control_plane import DagGenerator, MultiPackageJobDiscovery

CODE = Path(__file__).parents[2] / "generator"
COMMAND = (sys.executable, "-B", "-m", "airflow_control_plane")
FOREIGN_FILES = {
    "handmade.py": b"# a DAG that was not generated\n",
    "notes.txt": b"not even Python\n",
    ".airflowignore": b"drafts/\n",
}

JOB = """\
def entrypoint(argv):
    return 0


JOB = (entrypoint, {description!r})
"""


def environment(**variables: str) -> dict[str, str]:
    """An environment in which only `variables` configure the generator."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(CODE), **variables}


@dataclass(frozen=True)
class Workspace:
    root: Path

    @property
    def packages(self) -> Path:
        return self.root / "packages"

    @property
    def dags(self) -> Path:
        return self.root / "dags"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    def write_job(self, name: str, description: str = "A job", text: str | None = None) -> Path:
        """Adds or replaces a job of the package `shop` in one step, as an atomic source does."""
        path = self.packages / "shop" / "jobs" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(JOB.format(description=description) if text is None else text, encoding="utf-8")
        os.replace(draft, path)
        return path

    def remove_job(self, name: str) -> None:
        (self.packages / "shop" / "jobs" / f"{name}.py").unlink()

    def write_settings(self, **sync: object) -> None:
        self.write_settings_text(json.dumps({"sync": sync}))

    def write_settings_text(self, text: str) -> None:
        """Replaces the settings file in one step, as Kubernetes does; `text` need not be valid."""
        draft = self.settings.with_suffix(".draft")
        draft.write_text(text, encoding="utf-8", errors="surrogatepass")
        os.replace(draft, self.settings)

    def write_foreign_files(self) -> None:
        self.dags.mkdir(exist_ok=True)
        for name, content in FOREIGN_FILES.items():
            (self.dags / name).write_bytes(content)

    def published(self) -> dict[str, bytes]:
        """Every Python file in the DAG folder, by file name."""
        return {path.name: path.read_bytes() for path in sorted(self.dags.glob("*.py"))}

    def wanted(self) -> dict[str, bytes]:
        """What the DAG folder should contain for the sound jobs in the packages."""
        generator = DagGenerator(self.dags)
        jobs = MultiPackageJobDiscovery([self.packages]).discover_all_jobs_flat()
        return {job.dag_filename: generator.generate_dag_for_job(job).encode() for job in jobs}

    def is_in_step(self) -> bool:
        return self.published() == self.wanted()

    def arguments(self, command: str, *flags: str) -> list[str]:
        return [command, "--packages-root", str(self.packages), "--dags-dir", str(self.dags), *flags]

    def sync_once(self, *flags: str, prefix: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*prefix, *COMMAND, *self.arguments("sync", "--once", *flags)],
            env=environment(),
            cwd=self.root,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
        )

    @contextmanager
    def sync_loop(
        self, *flags: str, prefix: Sequence[str] = (), variables: Mapping[str, str] | None = None, **sync: object
    ) -> Iterator[SyncLoopProcess]:
        """The sidecar as a real process. `sync` are its settings; by default it looks ten times a second."""
        self.write_settings(**{"watchSeconds": 0.1, "intervalSeconds": 60, **sync})
        port = free_port()
        log = self.root / f"sync-{port}.log"
        arguments = self.arguments("sync", "--settings", str(self.settings), "--status-port", str(port), *flags)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*prefix, *COMMAND, *arguments],
                env=environment(**(variables or {})),
                cwd=self.root,
                stdout=subprocess.DEVNULL,
                stderr=output,
            )
        try:
            yield SyncLoopProcess(process, port, log)
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class SyncLoopProcess:
    process: subprocess.Popen[bytes]
    port: int
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str) -> str:
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def status(self) -> dict:
        return json.loads(self.get("/status"))

    def passes(self) -> float:
        """When the last pass without an error ended."""
        return metric(self.get("/metrics"), "airflow_control_plane_last_success_timestamp_seconds")

    def is_serving(self) -> bool:
        with suppress(OSError):
            return self.get("/healthz") == "ok\n"
        return False

    def has_synced(self) -> bool:
        return self.is_serving() and self.status()["complete"]

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Sends a signal and returns how many seconds the process took to end."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        return time.monotonic() - started


def metric(text: str, name: str) -> float:
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name} "))


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    """Waits until `condition` is true. A file that it reads may be missing for a moment."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(FileNotFoundError):
            if condition():
                return
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def why_not(*command: str) -> str:
    """Why this machine cannot run a command, or an empty string if it can."""
    if shutil.which(command[0]) is None:
        return f"{command[0]} is not installed"
    done = subprocess.run(command, capture_output=True, text=True)
    return f"{' '.join(command)}: {done.stderr.strip()}" if done.returncode else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
