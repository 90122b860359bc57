"""`make demo` with a real Airflow, its REST API and the example jobs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DEMO_FOLDER = REPOSITORY / "demo"
EXAMPLES = REPOSITORY / "examples" / "packages"
DAGS = [
    "data_pipeline_agency_data_job",
    "data_pipeline_example_job",
    "file_processing_hello_world",
    "reporting_seeder_capture_release_snapshot",
    "reporting_seeder_hello_world",
    "reporting_seeder_refresh_agency",
    "reporting_seeder_refresh_all",
    "reporting_seeder_refresh_table",
]
JOB = 'def entrypoint(argv):\n    return 0\n\n\nJOB = (entrypoint, "Says hello")\n'

pytestmark = pytest.mark.timeout(600)


def test_once_runs_a_job_and_leaves_no_files():
    demo = subprocess.run(
        [sys.executable, DEMO_FOLDER / "demo.py", "--once"], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert not demo.stderr
    assert [line.strip() for line in demo.stdout.splitlines() if line.strip() in DAGS] == DAGS
    assert "Hello, Ada!" in demo.stdout
    assert re.search(r"Airflow is at http://127\.0\.0\.1:\d+ \(user admin, password \S{16}\)", demo.stdout)
    assert "Airflow has stopped and its files are deleted" in demo.stdout


class Demo:
    """A demo that keeps running, with its own copy of the packages."""

    def __init__(self, packages: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"import demo, pathlib; exit(demo.main([], pathlib.Path({str(packages)!r})))"],
            env=os.environ | {"PYTHONPATH": str(DEMO_FOLDER)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""

    def read_until(self, text: str) -> float:
        """Returns the seconds until the text appears. Fails with all output if the demo ends first."""
        started = time.monotonic()
        for line in self.process.stdout:
            self.output += line
            if text in line:
                return time.monotonic() - started
        pytest.fail(f"the demo ended before it printed {text!r}:\n{self.output}")


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLES, tmp_path / "packages", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def demo(packages: Path) -> Iterator[Demo]:
    demo = Demo(packages)
    yield demo
    if demo.process.poll() is None:
        demo.process.terminate()
    demo.process.wait()


def test_a_new_job_file_gets_a_dag_within_seconds_and_loses_it_when_deleted(demo: Demo, packages: Path):
    demo.read_until("Press Ctrl-C to stop Airflow")
    job = packages / "data_pipeline" / "jobs" / "hello.py"

    job.write_text(JOB)
    assert demo.read_until("New DAG: data_pipeline_hello") < 30

    job.unlink()
    assert demo.read_until("Removed DAG: data_pipeline_hello") < 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_early_stop_ends_every_process(demo: Demo, packages: Path, number: signal.Signals):
    demo.read_until("Starting Airflow")
    started = processes_with(packages)
    assert started

    demo.process.send_signal(number)

    demo.read_until("Stopping before the job has run")
    assert demo.process.wait() == 130
    assert not processes_with(packages)


def test_a_failed_job_fails_the_demo_and_shows_why(demo: Demo, packages: Path):
    job = packages / "data_pipeline" / "jobs" / "example_job.py"
    job.write_text(
        'def entrypoint(argv):\n    print("no greeting today")\n    return 3\n\n\nJOB = (entrypoint, "Fails")\n'
    )

    demo.read_until("ended with state failed, expected success")

    assert "no greeting today" in demo.output
    demo.read_until("its logs are in")
    assert demo.process.wait() == 1
    logs = Path(demo.output.split()[-1])
    assert (logs / "scheduler.log").exists()
    shutil.rmtree(logs)


def test_a_process_that_ends_unexpectedly_is_reported_with_its_last_log_lines(monkeypatch, tmp_path: Path):
    monkeypatch.syspath_prepend(DEMO_FOLDER)
    from children import Children, DemoError

    children = Children(dict(os.environ), tmp_path)
    children.start("scheduler", "no_such_module")
    children.running["scheduler"].wait()

    message = r"(?s)scheduler ended unexpectedly with exit code 1\..*No module named no_such"
    with pytest.raises(DemoError, match=message):
        children.check()


def processes_with(packages: Path) -> list[int]:
    """The processes whose environment names these packages."""
    setting = f"ETL_PACKAGES_ROOT={packages}".encode()
    return [int(process.name) for process in Path("/proc").glob("[0-9]*") if setting in environment_of(process)]


def environment_of(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:  # it has ended
        return []
