"""Kills and failing system calls in the middle of a pass: what a reader finds afterwards, and the next pass."""

from __future__ import annotations

import os
import shutil

import pytest
from _strace import sync_once_with, why_no_strace
from _workspace import FOREIGN_FILES, Workspace
from hostile_cases import run

pytestmark = pytest.mark.skipif(bool(why_no_strace()), reason=why_no_strace())

# Each line is one system call, under the names that it has on different machines.
OPEN = "openat"
WRITE = "write"
CLOSE = "close"
SYNC = "fsync"
MODE = "?fchmod,?fchmodat"
LOCK = "flock"
RENAME = "?rename,?renameat,?renameat2"
UNLINK = "?unlink,?unlinkat"
LIST = "getdents64"

# More files than threads that write, so that a kill also happens when only some of the files are written.
CHANGED = [f"changed_{number}" for number in range(5)]
CREATED = [f"created_{number}" for number in range(5)]
REMOVED = ["removed_1", "removed_2"]


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A DAG folder that is up to date with an old version of the packages, and the new version of the packages."""
    workspace = Workspace(tmp_path_factory.mktemp("before"))
    workspace.write_foreign_files()
    for name in (*CHANGED, *REMOVED, "unchanged", "broken"):
        workspace.write_job(name, "The old version")
    assert workspace.sync_once().returncode == 0
    for name in (*CHANGED, *CREATED):
        workspace.write_job(name, "The new version")
    for name in REMOVED:
        workspace.remove_job(name)
    workspace.write_job("broken", text="JOB = (")
    return workspace


@pytest.fixture(scope="module")
def after(before, tmp_path_factory):
    """The same folder after a pass without faults."""
    workspace = copy_of(before, tmp_path_factory.mktemp("after") / "copy")
    assert workspace.sync_once().returncode == 0
    old, new = before.published(), workspace.published()
    assert new.keys() - old.keys() == {"airflow_control_plane_problems.py", *map("shop_{}_dag.py".format, CREATED)}
    assert old.keys() - new.keys() == set(map("shop_{}_dag.py".format, REMOVED))
    assert {name for name in old.keys() & new.keys() if old[name] != new[name]} == set(
        map("shop_{}_dag.py".format, CHANGED)
    )
    return workspace


def copy_of(workspace, path):
    return Workspace(shutil.copytree(workspace.root, path, symlinks=True))


def assert_only_complete_files(workspace, before, after):
    """Every DAG file is the old or the new one, byte for byte, and none that both versions have is missing."""
    old, new, found = before.published(), after.published(), workspace.published()
    for name, content in found.items():
        assert content in (old.get(name), new.get(name)), f"{name} is neither the old file nor the new one"
    assert old.keys() & new.keys() <= found.keys()
    for name, content in FOREIGN_FILES.items():
        assert (workspace.dags / name).read_bytes() == content
    unchanged = "shop_unchanged_dag.py"
    assert (workspace.dags / unchanged).stat().st_mtime_ns == (before.dags / unchanged).stat().st_mtime_ns


def assert_the_next_pass_repairs(workspace, after):
    done = run(*workspace.arguments("sync", "--once"))
    assert done.code == 0, done.err
    assert workspace.published() == after.published()
    assert {path.name for path in workspace.dags.iterdir()} == {path.name for path in after.dags.iterdir()}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (SYNC, "EIO", "cannot be written by user {uid}, group {gid}: Input/output error"),
        (SYNC, "ENOSPC", "cannot be written by user {uid}, group {gid}: No space left on device"),
        (RENAME, "ENOSPC", "cannot be written by user {uid}, group {gid}: No space left on device"),
        (RENAME, "EROFS", "cannot be written by user {uid}, group {gid}: Read-only file system"),
        (RENAME, "EDQUOT", "cannot be written by user {uid}, group {gid}: Disk quota exceeded"),
        (MODE, "EPERM", "cannot be written by user {uid}, group {gid}: Operation not permitted"),
        (UNLINK, "EIO", "cannot be cleaned by user {uid}, group {gid}: Input/output error"),
        (LOCK, "ENOLCK", "cannot be locked by user {uid}, group {gid}: No locks available"),
    ],
    ids=[
        "fsync_EIO",
        "fsync_ENOSPC",
        "rename_ENOSPC",
        "rename_EROFS",
        "rename_EDQUOT",
        "fchmod_EPERM",
        "unlink_EIO",
        "flock_ENOLCK",
    ],
)
def test_a_failing_call_is_explained_and_damages_no_file(call, error, words, before, after, tmp_path):
    workspace = copy_of(before, tmp_path / "copy")
    done = sync_once_with(f"{call}:error={error}", workspace)
    words = words.format(uid=os.geteuid(), gid=os.getegid())
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.endswith(f"airflow-control-plane: the DAG folder {workspace.dags} {words}\n")
    assert_only_complete_files(workspace, before, after)
    assert not list(workspace.dags.glob(".airflow-control-plane-*"))
    assert_the_next_pass_repairs(workspace, after)


@pytest.mark.parametrize("call", [SYNC, RENAME], ids=["fsync", "rename"])
def test_one_failing_call_of_many_damages_no_file(call, before, after, tmp_path):
    workspace = copy_of(before, tmp_path / "copy")
    done = sync_once_with(f"{call}:error=EIO:when=1", workspace)
    assert done.returncode == 4
    assert_only_complete_files(workspace, before, after)
    assert_the_next_pass_repairs(workspace, after)


@pytest.mark.parametrize(
    ("call", "expected_kills"),
    [(LOCK, 1), (MODE, 2), (WRITE, 2), (SYNC, 2), (RENAME, 2), (UNLINK, 2), (LIST, 6), (CLOSE, 12), (OPEN, 12)],
    ids=["flock", "fchmod", "write", "fsync", "rename", "unlink", "getdents", "close", "open"],
)
def test_a_kill_before_any_call_damages_no_file(call, expected_kills, before, after, tmp_path):
    kills = 0
    while True:
        workspace = copy_of(before, tmp_path / str(kills))
        done = sync_once_with(f"{call}:signal=SIGKILL:when={kills + 1}", workspace)
        assert_only_complete_files(workspace, before, after)
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        kills += 1
        assert_the_next_pass_repairs(workspace, after)
    assert kills >= expected_kills
    assert workspace.published() == after.published()
