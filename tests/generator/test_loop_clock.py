"""What the loop decides as time goes by. The tests call `tick` and set the clock themselves, so nothing waits."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from _workspace import Workspace
from airflow_control_plane.dag_generator.folder import DagFolder
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.settings.settings_file import Settings, SyncSettings
from airflow_control_plane.sync.loop import SyncLoop
from airflow_control_plane.sync.status import Board, Status
from airflow_control_plane.sync.synchronizer import Synchronizer
from airflow_control_plane.sync.watched_settings import WatchedSettings


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.write_job("first")
    return workspace


class Clock:
    """Replaces the module `time`, so that a test need not wait."""

    def __init__(self):
        self.now = 1_000_000.0

    def time(self):
        return self.now

    monotonic = time

    def module(self):
        return SimpleNamespace(time=self.time, monotonic=self.monotonic, sleep=None)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in ("loop", "synchronizer"):
        monkeypatch.setattr(f"airflow_control_plane.sync.{module}.time", clock.module())
    return clock


@pytest.fixture
def new_loop(workspace):
    """Creates a loop; returns its `tick`, its board and its synchronizer."""

    def make(**sync):
        settings = WatchedSettings(None)
        settings.current = Settings(SyncSettings(**sync))
        synchronizer = Synchronizer(MultiPackageJobDiscovery([workspace.packages]), DagFolder(workspace.dags))
        board = Board(Status(str(workspace.dags)))
        return SimpleNamespace(
            board=board, synchronizer=synchronizer, tick=SyncLoop(synchronizer, settings, board, False).tick
        )

    return make


def test_a_dag_of_a_source_that_is_not_atomic_is_deleted_after_ten_seconds(clock, new_loop, workspace):
    workspace.write_job("second")
    loop = new_loop(atomic_source=False)
    loop.tick()
    workspace.remove_job("second")
    for seconds, is_there in [(5, True), (5, True), (4, True), (1, False)]:
        clock.now += seconds
        loop.tick()
        assert ("shop_second_dag.py" in workspace.published()) is is_there


def test_a_job_that_comes_back_within_the_ten_seconds_keeps_its_dag(clock, new_loop, workspace):
    workspace.write_job("second")
    loop = new_loop(atomic_source=False)
    loop.tick()
    workspace.remove_job("second")
    clock.now += 5
    loop.tick()
    workspace.write_job("second")
    clock.now += 20
    loop.tick()
    workspace.remove_job("second")
    clock.now += 5
    loop.tick()
    assert "shop_second_dag.py" in workspace.published()
    assert [step.filename for step in loop.board.status.result.plan.steps] == ["shop_second_dag.py"]


def test_a_mass_deletion_waits_for_three_full_passes(clock, new_loop, workspace):
    names = [f"job_{number}" for number in range(10)]
    for name in names:
        workspace.write_job(name)
    loop = new_loop(interval_seconds=300)
    loop.tick()
    for name in names:
        workspace.remove_job(name)
    for seconds, left in [(5, 11), (5, 11), (290, 11), (300, 11), (5, 11), (295, 1)]:
        clock.now += seconds
        loop.tick()
        assert len(workspace.published()) == left, f"after {seconds} s more"


def test_failed_passes_do_not_count_towards_a_mass_deletion(clock, new_loop, workspace, monkeypatch):
    names = [f"job_{number}" for number in range(10)]
    for name in names:
        workspace.write_job(name)
    loop = new_loop(interval_seconds=300)
    loop.tick()
    for name in names:
        workspace.remove_job(name)
    workspace.write_job("new")
    clock.now += 300
    with monkeypatch.context() as patch:
        patch.setattr(DagFolder, "_publish_one", fails_with(OSError(28, "No space left on device")))
        for _ in range(5):
            loop.tick()
            clock.now += 5
    loop.tick()
    assert len(workspace.published()) == len(["first", "new", *names])


def fails_with(error):
    def fail(*_, **__):
        raise error

    return fail


def test_an_unexpected_error_is_logged_with_its_traceback_and_the_loop_goes_on(
    clock, new_loop, workspace, monkeypatch, caplog
):
    loop = new_loop()
    with monkeypatch.context() as patch:
        patch.setattr(loop.synchronizer, "catalog", fails_with(ZeroDivisionError("never seen before")))
        loop.tick()
    [record] = caplog.records
    assert record.getMessage() == (
        "sync failed, the DAG folder stays as it is: unexpected ZeroDivisionError: never seen before"
    )
    assert record.exc_info[0] is ZeroDivisionError
    assert (loop.board.status.failures, loop.board.status.is_complete) == (1, False)
    loop.tick()
    assert workspace.is_in_step()
    assert loop.board.status.error == ""


def test_a_lasting_error_is_logged_every_five_minutes_and_again_after_a_good_pass(clock, new_loop, monkeypatch, caplog):
    caplog.set_level(logging.ERROR)
    loop = new_loop()

    def fail_for(seconds, message):
        with monkeypatch.context() as patch:
            patch.setattr(loop.synchronizer, "catalog", fails_with(ValueError(message)))
            for _ in range(seconds // 5):
                loop.tick()
                clock.now += 5
        return len(caplog.records)

    assert fail_for(300, "one") == 1
    assert fail_for(600, "one") == 3
    assert fail_for(60, "another") == 4
    loop.tick()
    assert fail_for(60, "another") == 5
    assert loop.board.status.failures == 60 + 120 + 12 + 12


def test_packages_that_stay_unreadable_are_logged_every_five_minutes(clock, new_loop, workspace, caplog):
    loop = new_loop(interval_seconds=300)
    loop.tick()
    caplog.clear()
    workspace.packages.rename(workspace.root / "aside")
    for _ in range(120):
        clock.now += 5
        loop.tick()
    messages = [record.getMessage() for record in caplog.records]
    assert messages == [messages[0], "hold 1: shop_first_dag.py: the packages could not be read completely"] * 2
    assert f"nothing is deleted for now: the package root {workspace.packages} cannot be read" in messages[0]
