"""Measures discovery and sync with many jobs, next to the minimum that any such tool has to do.

Run it with `make bench`, or `python tests/bench/bench.py --jobs 10000 --folder DIR` to choose the disk. Each row is the
median of several runs, each in its own process. This is not a test: it prints figures for you to read.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROUNDS = 5
JOBS_IN_A_PACKAGE = 100
RACY_SECONDS = 2.5  # files written this recently are read again
GENERATOR = Path(__file__).resolve().parents[2] / "generator"

JOB = '''\
"""Load one table of the shop, number {number}.

Exit codes: 0 done, 3 no input.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
from pathlib import Path

log = logging.getLogger(__name__)


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--input", type=Path, default=Path("orders_{number}.csv"))
    parser.add_argument("--output", type=Path, default=Path("orders_{number}.json"))
    parser.add_argument("--limit", type=int, default=10_000, help="the maximum number of rows")
    return parser.parse_args(argv)


def read_rows(path: Path, limit: int) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = []
        for number, row in enumerate(csv.DictReader(file)):
            if number >= limit:
                log.warning("stopped after %d rows", limit)
                break
            rows.append({{key.strip().lower(): value.strip() for key, value in row.items()}})
    return rows


def totals(rows: list[dict[str, str]]) -> dict[str, float]:
    result: dict[str, float] = {{}}
    for row in rows:
        customer = row.get("customer", "unknown")
        result[customer] = result.get(customer, 0.0) + float(row.get("amount") or 0)
    return dict(sorted(result.items()))


def entrypoint(argv: list[str]) -> int:
    options = parse(argv)
    if not options.input.exists():
        log.error("%s does not exist", options.input)
        return 3
    rows = read_rows(options.input, options.limit)
    options.output.write_text(json.dumps(totals(rows), indent=2), encoding="utf-8")
    log.info("wrote %d customers to %s", len(totals(rows)), options.output)
    return 0


JOB = (entrypoint, "Load table {number} of the shop and sum the orders of each customer")
'''


def make_packages(root: Path, count: int) -> None:
    for number in range(count):
        folder = root / f"shop_{number // JOBS_IN_A_PACKAGE:04}" / "jobs"
        if number % JOBS_IN_A_PACKAGE == 0:
            folder.mkdir(parents=True)
            (folder.parent / "__init__.py").touch()
            (folder / "__init__.py").touch()
        (folder / f"load_{number:05}.py").write_text(JOB.format(number=number), encoding="utf-8")


# Each measurement runs in its own child process, so none warms up another. The child prints seconds and peak MiB.


def job_files(root: Path) -> list[str]:
    return [
        os.path.join(package.path, "jobs", name)
        for package in os.scandir(root)
        for name in os.listdir(os.path.join(package.path, "jobs"))
        if not name.startswith("_")
    ]


def scandir_and_stat(root: Path, dags: Path) -> None:
    """The minimum that detects a change: list the folders and stat each file."""
    for package in os.scandir(root):
        for entry in os.scandir(os.path.join(package.path, "jobs")):
            entry.stat()
    if dags.exists():
        for entry in os.scandir(dags):
            entry.stat()


def read_parse_write(root: Path, dags: Path) -> None:
    """The minimum for a cold pass: for each job, read it, ast.parse it, and write a file as durably as sync does."""
    import ast

    from airflow_control_plane.dag_generator.dag_file import render_dag
    from airflow_control_plane.model.job import DiscoveredJob

    text = render_dag(DiscoveredJob("shop", "load", "Load one table of the shop", "shop/jobs/load.py")).encode()
    dags.mkdir()
    for number, path in enumerate(job_files(root)):
        with open(path, "rb") as file:
            ast.parse(file.read())
        temporary = dags / f"{number}.tmp"
        with open(temporary, "wb") as output:
            output.write(text)
            output.flush()
            os.fsync(output.fileno())
        os.replace(temporary, dags / f"{number}.py")


def read_parse(root: Path, dags: Path) -> None:
    import ast

    for path in job_files(root):
        with open(path, "rb") as file:
            ast.parse(file.read())


def import_based(root: Path, dags: Path) -> None:
    """How most tools find jobs: import each module and inspect it. Writes nothing."""
    import importlib

    sys.path.insert(0, str(root))
    for path in job_files(root):
        package, _, name = Path(path).relative_to(root).parts
        assert importlib.import_module(f"{package}.jobs.{name.removesuffix('.py')}").JOB


def cold_sync(root: Path, dags: Path) -> None:
    from airflow_control_plane.cli.main import main

    assert main(["sync", "--once", "--packages-root", str(root), "--dags-dir", str(dags)]) == 0


ROWS: dict[str, Callable[[Path, Path], None]] = {
    "read + ast.parse": read_parse,
    "read + ast.parse + durable write": read_parse_write,
    "import-based discovery": import_based,
    "cold sync --once": cold_sync,
}


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def loop_passes(root: Path, dags: Path) -> list[float]:
    """The seconds of a look, of a full pass without changes, and of the minimum for each, all in this process."""
    from airflow_control_plane.dag_generator.folder import DagFolder
    from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
    from airflow_control_plane.sync.loop import SyncLoop
    from airflow_control_plane.sync.status import Board, Status
    from airflow_control_plane.sync.synchronizer import Synchronizer
    from airflow_control_plane.sync.watched_settings import WatchedSettings

    board = Board(Status(str(dags)))
    synchronizer = Synchronizer(MultiPackageJobDiscovery([root], board.beat), DagFolder(dags), board.beat)
    loop = SyncLoop(synchronizer, WatchedSettings(None), board, allow_empty=False)
    loop.tick()
    time.sleep(RACY_SECONDS)
    loop.tick()

    def full_pass() -> None:
        loop._last_full_pass = -math.inf
        loop.tick()

    passes = (loop.tick, full_pass, lambda: scandir_and_stat(root, root / "none"), lambda: scandir_and_stat(root, dags))
    return [statistics.median(timed(action) for _ in range(ROUNDS)) for action in passes]


def peak_of_idle_loop(root: Path, dags: Path) -> float:
    """Peak memory in MiB of a `sync` process that has seen all jobs and is idle."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "airflow_control_plane", "sync", "--status-port", str(port)]
    command += ["--packages-root", str(root), "--dags-dir", str(dags)]
    environment = {**os.environ, "PYTHONPATH": str(GENERATOR)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as loop:
        try:
            while not synced(loop, port):
                time.sleep(0.2)
            time.sleep(3 * RACY_SECONDS)
            status = Path(f"/proc/{loop.pid}/status").read_text()
        finally:
            loop.terminate()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def synced(loop: subprocess.Popen[bytes], port: int) -> bool:
    if loop.poll() is not None:
        raise SystemExit(f"sync ended with exit code {loop.returncode}")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return b"airflow_control_plane_complete 1" in answer.read()
    except OSError:
        return False


def child(row: str, root: Path, dags: Path) -> None:
    seconds = loop_passes(root, dags) if row == "loop" else [timed(lambda: ROWS[row](root, dags))]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(*seconds, peak, sep="\n", file=sys.stderr)


def measure(row: str, root: Path, dags: Path) -> list[float]:
    command = [sys.executable, __file__, "--child", row, "--packages", str(root), "--dags", str(dags)]
    environment = {**os.environ, "PYTHONPATH": str(GENERATOR), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if result.returncode:
        raise SystemExit(f"{row} failed:\n{result.stderr}")
    return [float(line) for line in result.stderr.splitlines()]


def medians(row: str, root: Path, dags: Path, rounds: int) -> list[float]:
    runs = []
    for _ in range(rounds):
        if row != "loop":
            shutil.rmtree(dags, ignore_errors=True)
        runs.append(measure(row, root, dags))
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def bench(count: int, folder: Path, rounds: int) -> None:
    root, dags = folder / "packages", folder / "dags"
    make_packages(root, count)
    size = sum(os.path.getsize(path) for path in job_files(root)) / count
    print(f"{count} jobs of {size:.0f} bytes, Python {platform.python_version()}, median of {rounds} runs\n")
    print(f"{'':38}{'seconds':>10}{'peak MiB':>10}")
    for row in ROWS:
        seconds, peak = medians(row, root, dags, rounds)
        print(f"{row:38}{seconds:10.3f}{peak:10.1f}", flush=True)
    # The last row left its DAG files. The loop starts with them, as the sidecar does after the init container.
    look, full, minimum_jobs, minimum_both, _ = medians("loop", root, dags, 1)
    print(f"{'scandir + stat of the jobs':38}{minimum_jobs:10.3f}")
    print(f"{'  look of the loop':38}{look:10.3f}")
    print(f"{'scandir + stat of jobs and DAGs':38}{minimum_both:10.3f}")
    print(f"{'  full pass of the loop, no changes':38}{full:10.3f}")
    print(f"{'running loop, idle':38}{'':10}{peak_of_idle_loop(root, dags):10.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=10_000, help="number of jobs (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs for each row (default: %(default)s)")
    parser.add_argument(
        "--folder", type=Path, help="where to create the files (default: the system's temporary folder)"
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--packages", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--dags", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.packages, options.dags)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        bench(options.jobs, Path(folder), options.rounds)


if __name__ == "__main__":
    main()
