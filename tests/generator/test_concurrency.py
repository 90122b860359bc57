"""Several processes on one DAG folder: generators take turns, and a reader always finds every file complete."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from _strace import sync_once_with, why_no_strace
from _workspace import COMMAND, Workspace, environment, eventually
from airflow_control_plane.cli import sync_commands
from airflow_control_plane.cli.main import main

REWRITTEN_FILES = 1500  # more than twice what one system call lists


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.write_job("first")
    return workspace


@contextmanager
def holding_the_lock(workspace):
    """Locks the folder as another generator would."""
    workspace.dags.mkdir(exist_ok=True)
    descriptor = os.open(workspace.dags, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def has_no_leftovers(workspace):
    return not [path for path in workspace.dags.iterdir() if path.suffix != ".py"]


@pytest.mark.parametrize("command", [("sync", "--once"), ("generate",)])
def test_a_locked_folder_is_an_error_and_is_left_alone(command, workspace, monkeypatch, capsys):
    monkeypatch.setattr(sync_commands, "_LOCK_WAIT_SECONDS", 0.3)
    with holding_the_lock(workspace):
        assert main(workspace.arguments(*command)) == 4
    assert capsys.readouterr().err == (
        f"airflow-control-plane: another generator is using {workspace.dags}; wait until it has finished, or stop it\n"
    )
    assert workspace.published() == {}


def test_a_single_pass_waits_until_the_folder_is_unlocked(workspace):
    with holding_the_lock(workspace):
        waiting = subprocess.Popen([*COMMAND, *workspace.arguments("sync", "--once")], env=environment())
        eventually(lambda: has_opened(waiting.pid, workspace.dags))
        assert workspace.published() == {}
    assert waiting.wait(timeout=30) == 0
    assert workspace.is_in_step()


def has_opened(pid, path):
    return str(path) in {os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")}


def test_a_loop_that_finds_the_folder_locked_tries_again_and_logs_it_once(workspace):
    with holding_the_lock(workspace), workspace.sync_loop() as loop:
        eventually(lambda: "another generator is using" in loop.log)
        eventually(lambda: int(re.search(r"failures_total (\d+)", loop.get("/metrics"))[1]) > 3)
        assert loop.log.count("another generator is using") == 1
        assert loop.is_serving()
        assert workspace.published() == {}


def test_a_loop_goes_on_when_the_folder_is_unlocked(workspace):
    with workspace.sync_loop() as loop:
        eventually(loop.has_synced)
        with holding_the_lock(workspace):
            workspace.write_job("second")
            eventually(lambda: loop.status()["error"])
        eventually(workspace.is_in_step)
        eventually(lambda: loop.status()["complete"])


HOLDER = """\
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print("locked", flush=True)
input()
"""


def test_the_lock_of_a_killed_generator_is_released(workspace):
    workspace.dags.mkdir()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(workspace.dags)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"locked\n"
    waiting = subprocess.Popen([*COMMAND, *workspace.arguments("sync", "--once")], env=environment())
    eventually(lambda: has_opened(waiting.pid, workspace.dags))
    holder.kill()
    holder.communicate()
    assert waiting.wait(timeout=30) == 0
    assert workspace.is_in_step()


def test_two_loops_on_one_folder_take_turns(workspace):
    with workspace.sync_loop(watchSeconds=0.02) as one, workspace.sync_loop(watchSeconds=0.02) as other:
        for round_number in range(15):
            workspace.write_job("first", f"Round {round_number}")
            workspace.write_job(f"job_{round_number % 4}", f"Round {round_number}")
            if round_number % 3 == 2:
                workspace.remove_job(f"job_{round_number % 4}")
            eventually(workspace.is_in_step)
        eventually(lambda: one.has_synced() and other.has_synced())
        assert has_no_leftovers(workspace)
        assert "Traceback" not in one.log + other.log


def test_a_loop_and_single_passes_on_one_folder_take_turns(workspace):
    with workspace.sync_loop(watchSeconds=0.02) as loop:
        for round_number in range(5):
            workspace.write_job("first", f"Round {round_number}")
            assert workspace.sync_once().returncode == 0
            eventually(workspace.is_in_step)
        eventually(loop.has_synced)
        assert has_no_leftovers(workspace)
        assert "Traceback" not in loop.log


def test_many_single_passes_at_once_all_succeed(workspace):
    for number in range(20):
        workspace.write_job(f"job_{number}")
    started = [
        subprocess.Popen(
            [*COMMAND, *workspace.arguments("sync", "--once")], env=environment(), stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    outputs = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0] * 6
    assert sum("21 created" in output for output in outputs) == 1, (
        "one writes the files, and the others find them written"
    )
    assert sum("0 created, 0 updated" in output for output in outputs) == 5
    assert workspace.is_in_step()
    assert has_no_leftovers(workspace)


@pytest.fixture
def crowded(workspace):
    """A foreign file with the name of a DAG file, between other foreign files."""
    workspace.dags.mkdir()
    for name in ("a.py", "shop_first_dag.py", "z.py"):
        (workspace.dags / name).write_text("# a foreign file\n")
    return workspace


needs_strace = pytest.mark.skipif(bool(why_no_strace()), reason=why_no_strace())


@needs_strace
@pytest.mark.parametrize("name", ["a.py", "z.py"])
def test_a_file_that_disappears_while_the_folder_is_read_does_not_hide_another(name, crowded):
    """A foreign file that is not seen would be overwritten."""
    done = sync_once_with("openat:error=ENOENT", crowded, crowded.dags / name)
    assert done.returncode == 0
    assert "shop_first_dag.py in the DAG folder was not generated, so it is not overwritten" in done.stderr
    assert (crowded.dags / "shop_first_dag.py").read_text() == "# a foreign file\n"


@needs_strace
@pytest.mark.parametrize("name", ["", "a.py"])
def test_a_folder_that_cannot_be_read_is_an_error_and_is_left_alone(name, crowded):
    before = crowded.published()
    done = sync_once_with("openat:error=EIO:when=1+" if name else "getdents64:error=EIO", crowded, crowded.dags / name)
    assert (done.returncode, done.stdout) == (4, "")
    assert f"the DAG folder {crowded.dags} cannot be read by user {os.geteuid()}, " in done.stderr
    assert done.stderr.endswith(": Input/output error\n")
    assert crowded.published() == before


def why_not_on(path):
    """On some file systems a listing may miss names while files are renamed, so the test would fail."""
    kind = subprocess.run(["stat", "--file-system", "--format=%T", path], capture_output=True, text=True).stdout.strip()
    return f"a listing on {kind} may miss files while others are renamed" if kind in ("tmpfs", "ramfs") else ""


def test_a_reader_finds_every_file_complete_while_all_are_rewritten(workspace):
    if reason := why_not_on(workspace.root):
        pytest.skip(reason)
    for number in range(REWRITTEN_FILES):
        workspace.write_job(f"job_{number}", "The old version")
    assert workspace.sync_once().returncode == 0
    old = workspace.published()
    for number in range(REWRITTEN_FILES):
        workspace.write_job(f"job_{number}", "The new version")
    new = workspace.wanted()
    versions = {hashlib.sha256(content).digest() for content in (*old.values(), *new.values())}

    over, listings, faults = threading.Event(), [], []
    reader = threading.Thread(target=read_until, args=(over, workspace.dags, set(old), versions, listings, faults))
    reader.start()
    try:
        done = workspace.sync_once()
    finally:
        over.set()
        reader.join()
    assert f"{REWRITTEN_FILES} updated" in done.stdout, done.stderr
    assert workspace.published() == new
    assert faults == []
    assert len(listings) > 20


def read_until(over, folder, names, versions, listings, faults):
    """Lists the folder in a loop, as Airflow does, and reads some of its files each time."""
    while not over.is_set():
        listing = {name for name in os.listdir(folder) if name.endswith(".py")}
        listings.append(len(listing))
        if listing != names:
            faults.append(f"a listing lacks {sorted(names - listing)} and has also {sorted(listing - names)}")
        for name in sorted(listing)[len(listings) % 50 :: 50]:
            if hashlib.sha256((folder / name).read_bytes()).digest() not in versions:
                faults.append(f"{name} is neither the old file nor the new one")
