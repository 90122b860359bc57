"""Days in seconds: the loop leaks no memory, descriptors, threads or child processes over thousands of ticks."""

from __future__ import annotations

import json
import subprocess
import sys

from _workspace import Workspace, environment, free_port

WARM_UP_TICKS = 1000
TICKS = 2000
MAX_GROWTH_KIB = 1024  # allowance for the allocator; a leak of 600 bytes per tick exceeds it

# Ticks with changes, problems, errors, a large file for the child process, and clients of the status server.
DAYS = """\
import json, logging, os, sys, threading
from pathlib import Path
from urllib.request import ProxyHandler, build_opener
from airflow_control_plane.dag_generator.folder import DagFolder
from airflow_control_plane.discovery import safe_read
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.sync.loop import SyncLoop
from airflow_control_plane.sync.status import Board, Status
from airflow_control_plane.sync.watched_settings import WatchedSettings
from airflow_control_plane.sync.status_server import serve
from airflow_control_plane.sync.synchronizer import Synchronizer

packages, dags, settings, port, *ticks = sys.argv[1:]
logging.disable()
safe_read._RACY_NANOSECONDS = 20_000_000  # a tick takes milliseconds here, but is meant to be seconds
board = Board(Status(dags))
serve("127.0.0.1", int(port), board)
synchronizer = Synchronizer(MultiPackageJobDiscovery([packages], board.beat), DagFolder(dags), board.beat)
loop = SyncLoop(synchronizer, WatchedSettings(settings), board, False)
jobs = Path(packages, "shop", "jobs")
client = build_opener(ProxyHandler({}))


def tick(number):
    if number % 40 == 0:
        jobs.joinpath("changing.py").write_text(f"JOB = (print, 'Version {number}')\\n")
    if number % 100 == 0:
        jobs.joinpath("broken.py").write_text("JOB = (" + "(" * (number // 100 % 7))
        Path(settings).write_text('{"sync": {"intervalSeconds": %d}}' % (number + 1))
    if number % 120 == 0:
        for path in ("healthz", "status", "metrics"):
            client.open(f"http://127.0.0.1:{port}/{path}").read()
        os.rename(packages, packages + ".aside")
        loop.tick()
        os.rename(packages + ".aside", packages)
    if number % 400 == 0:
        jobs.joinpath("large.py").write_text(f"JOB = (print, 'Version {number}')\\n" + "#" * 40_000)
    loop.tick()


def use():
    return {
        "kib": int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024,
        "descriptors": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
        "children": Path(f"/proc/self/task/{os.getpid()}/children").read_text().split(),
    }


done = 0
for count in map(int, ticks):
    for number in range(done, done + count):
        tick(number)
    done += count
    print(json.dumps(use()))
"""


def test_thousands_of_ticks_leak_nothing(tmp_path):
    workspace = Workspace(tmp_path)
    for number in range(10):
        workspace.write_job(f"job_{number}")
    workspace.write_settings()
    places = (workspace.packages, workspace.dags, workspace.settings, free_port())
    done = subprocess.run(
        [sys.executable, "-B", "-c", DAYS, *map(str, places), str(WARM_UP_TICKS), str(TICKS)],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    before, after = map(json.loads, done.stdout.splitlines())
    assert after["kib"] - before["kib"] < MAX_GROWTH_KIB, (before, after)
    assert {**after, "kib": 0} == {**before, "kib": 0}
    assert after["children"] == []
    assert workspace.published().keys() == {*workspace.wanted(), "airflow_control_plane_problems.py"}
