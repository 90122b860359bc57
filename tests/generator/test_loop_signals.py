"""SIGTERM ends the loop at once, long before Kubernetes would kill it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from _workspace import Workspace, eventually, why_not

STOPS_WITHIN_SECONDS = 1.0
IN_A_CONTAINER = ("unshare", "-pf", "--mount-proc")


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.write_job("first")
    return workspace


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_loop_at_once(number, workspace):
    with workspace.sync_loop(watchSeconds=60) as loop:
        eventually(loop.has_synced)
        assert loop.stop(number) < STOPS_WITHIN_SECONDS
        assert loop.process.returncode == 0
        assert "Traceback" not in loop.log


def test_a_signal_ends_a_loop_that_is_writing_and_leaves_only_complete_files(workspace):
    for number in range(3000):
        workspace.write_job(f"job_{number}")
    with workspace.sync_loop() as loop:
        eventually(lambda: len(os.listdir(workspace.dags)) > 100, seconds=60)
        assert loop.stop() < STOPS_WITHIN_SECONDS
        assert loop.process.returncode == 0
    published = workspace.published()
    assert 50 < len(published) < 3000, "the signal came too early or too late"
    assert published.items() <= workspace.wanted().items()
    assert not [name for name in os.listdir(workspace.dags) if name.endswith(".tmp")]


WHY_NO_CONTAINER = why_not(*IN_A_CONTAINER, "true")


@pytest.mark.skipif(bool(WHY_NO_CONTAINER), reason=WHY_NO_CONTAINER)
def test_a_signal_ends_the_loop_as_the_first_process_of_a_container(workspace):
    """The kernel ignores a signal to process 1 that has no handler."""
    with workspace.sync_loop(prefix=IN_A_CONTAINER) as loop:
        eventually(loop.has_synced)
        outer = loop.process.pid
        [first] = Path(f"/proc/{outer}/task/{outer}/children").read_text().split()
        os.kill(int(first), signal.SIGTERM)
        assert loop.process.wait(timeout=STOPS_WITHIN_SECONDS) == 0
