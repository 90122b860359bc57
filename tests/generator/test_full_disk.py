"""Disks that are full, out of inodes or read-only: small real file systems, mounted in a namespace of the test."""

from __future__ import annotations

import os
import subprocess

import pytest
from _workspace import COMMAND, FOREIGN_FILES, Workspace, environment, why_not

IN_A_NAMESPACE = ("unshare", "--mount", "--propagation", "private")
WHY_NOT_HERE = why_not(*IN_A_NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt")
pytestmark = pytest.mark.skipif(bool(WHY_NOT_HERE), reason=WHY_NOT_HERE)

# After each step, stores the exit code, the message and a copy of the folder under the step's name.
SCRIPT = """\
set -e
mount -t tmpfs -o size={size},nr_inodes={inodes} tmpfs "$DAGS"
step() {{
    code=0
    message=$("$@" 2>&1) || code=$?
    mkdir "$COPIES/$name"
    cp -a "$DAGS/." "$COPIES/$name/"
    printf '%s' "$code" > "$COPIES/$name.code"
    printf '%s' "$message" > "$COPIES/$name.message"
}}
{steps}
"""


class Disk:
    """Runs steps with a small disk as the DAG folder, and keeps a copy of the folder after each step."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.copies = workspace.root / "copies"
        workspace.dags.mkdir()
        self.copies.mkdir()

    def run(self, *steps, size="1m", inodes="1000"):
        lines = [line.replace("SYNC", "step $SYNC") for line in steps]
        subprocess.run(
            [*IN_A_NAMESPACE, "sh", "-c", SCRIPT.format(size=size, inodes=inodes, steps="\n".join(lines))],
            env=environment(
                DAGS=str(self.workspace.dags),
                COPIES=str(self.copies),
                JOBS=str(self.workspace.packages / "shop" / "jobs"),
                SYNC=" ".join([*COMMAND, *self.workspace.arguments("sync", "--once")]),
            ),
            check=True,
            timeout=120,
        )

    def after(self, name):
        """Exit code, message and files after a step."""
        files = {path.name: path.read_bytes() for path in sorted((self.copies / name).iterdir())}
        return int((self.copies / f"{name}.code").read_text()), (self.copies / f"{name}.message").read_text(), files


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    for number in range(10):
        workspace.write_job(f"job_{number}", "The old version")
    return workspace


@pytest.fixture
def disk(workspace):
    return Disk(workspace)


WRITE_FOREIGN = 'printf "# a DAG that was not generated\\n" > "$DAGS/handmade.py"'
CHANGE_ALL = 'sed -i "s/The old version/The new version/" "$JOBS"/job_?.py; cp "$JOBS/job_0.py" "$JOBS/job_new.py"'
FILL = 'cat /dev/zero > "$DAGS/ballast" 2>/dev/null || true'
TAKE_INODES = 'n=0; while true 2>/dev/null > "$DAGS/ballast-$n"; do n=$((n+1)); done || true'
FREE = 'rm "$DAGS"/ballast*'


def assert_error_names_the_folder(workspace, code, message, reason):
    who = f"user {os.geteuid()}, group {os.getegid()}"
    assert (code, message) == (
        4,
        f"airflow-control-plane: the DAG folder {workspace.dags} cannot be written by {who}: {reason}",
    )


@pytest.mark.parametrize("shortage", [FILL, TAKE_INODES], ids=["no_space", "no_inodes"])
def test_a_full_disk_damages_no_file_and_the_next_pass_with_room_repairs_the_folder(shortage, disk, workspace):
    old = workspace.wanted()
    disk.run(
        WRITE_FOREIGN, "name=before SYNC", CHANGE_ALL, shortage, "name=full SYNC", "name=again SYNC", FREE,
        "name=free SYNC",
    )  # fmt: skip
    new = workspace.wanted()
    foreign = {"handmade.py": FOREIGN_FILES["handmade.py"]}
    assert disk.after("before")[::2] == (0, {**old, **foreign})
    for name in ("full", "again"):
        code, message, files = disk.after(name)
        assert_error_names_the_folder(workspace, code, message, "No space left on device")
        without_ballast = {name: content for name, content in files.items() if not name.startswith("ballast")}
        assert without_ballast.keys() == {*old, *foreign}
        assert all(
            content in (old.get(name), new.get(name), *foreign.values()) for name, content in without_ballast.items()
        )
    assert disk.after("free")[::2] == (0, {**new, **foreign})


def test_a_disk_that_is_too_small_from_the_start_has_only_complete_files(disk, workspace):
    for number in range(200):
        workspace.write_job(f"more_{number}")
    disk.run("name=small SYNC", 'mount -o remount,size=10m "$DAGS"', "name=grown SYNC", size="64k")
    code, message, files = disk.after("small")
    assert_error_names_the_folder(workspace, code, message, "No space left on device")
    assert 0 < len(files) < 210
    assert files.items() <= workspace.wanted().items()
    assert disk.after("grown")[::2] == (0, workspace.wanted())


def test_a_disk_with_too_few_inodes_from_the_start_has_only_complete_files(disk, workspace):
    disk.run("name=small SYNC", 'mount -o remount,nr_inodes=100 "$DAGS"', "name=grown SYNC", inodes="6")
    code, message, files = disk.after("small")
    assert_error_names_the_folder(workspace, code, message, "No space left on device")
    assert 0 < len(files) < 6
    assert files.items() <= workspace.wanted().items()
    assert disk.after("grown")[::2] == (0, workspace.wanted())


def test_a_read_only_disk_is_an_error_until_it_can_be_written_again(disk, workspace):
    old = workspace.wanted()
    disk.run(
        "name=before SYNC",
        'mount -o remount,ro "$DAGS"',
        "name=nothing_to_do SYNC",
        CHANGE_ALL,
        "name=read_only SYNC",
        'mount -o remount,rw "$DAGS"',
        "name=writable SYNC",
    )
    assert disk.after("nothing_to_do")[::2] == (0, old)
    code, message, files = disk.after("read_only")
    assert_error_names_the_folder(workspace, code, message, "Read-only file system")
    assert files == old
    assert disk.after("writable")[::2] == (0, workspace.wanted())
