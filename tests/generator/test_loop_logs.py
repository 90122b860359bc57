"""The sidecar's log: one line for each message, even with hostile names, and no failure if nobody reads it."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys

import pytest
from _workspace import COMMAND, Workspace, environment, eventually, free_port
from airflow_control_plane.sync.log_format import JsonFormatter

# A file name that tries to forge a log line and to color the terminal.
HOSTILE = "x\n2030-01-01 00:00:00,000 ERROR forged\x1b[31m\r"
TEXT_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO|WARNING|ERROR) [^\x00-\x1f\x7f]+")


@pytest.fixture
def workspace(tmp_path):
    """Hostile names in every place from which a name gets into a message."""
    workspace = Workspace(tmp_path)
    workspace.write_job("first")
    workspace.write_job(HOSTILE)
    gone = workspace.write_job("gone")
    assert workspace.sync_once().returncode == 0
    gone.unlink()
    dag = workspace.dags / "shop_gone_dag.py"
    dag.rename(workspace.dags / f"{HOSTILE}_dag.py")
    return workspace


def log_lines(workspace, log_format):
    flags = ("--packages-root", f"{workspace.root}/{HOSTILE}")
    with workspace.sync_loop(*flags, variables={"AIRFLOW_CONTROL_PLANE_LOG_FORMAT": log_format}) as loop:
        eventually(lambda: "hold 1" in loop.log)
        assert loop.stop() < 10
        return loop.log.split("\n")


def test_the_text_log_has_one_line_for_each_message(workspace):
    *lines, end = log_lines(workspace, "text")
    assert end == ""
    assert [line for line in lines if not TEXT_LINE.fullmatch(line)] == []
    assert not [line for line in lines if line.startswith("2030")]
    assert len([line for line in lines if r"x\n2030" in line]) == 3


def test_the_json_log_has_one_object_for_each_message(workspace):
    *lines, end = log_lines(workspace, "json")
    assert end == ""
    entries = [json.loads(line) for line in lines]
    assert {frozenset(entry) for entry in entries} == {frozenset(("time", "level", "message"))}
    assert {entry["level"] for entry in entries} <= {"info", "warning", "error"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry["time"]) for entry in entries)
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert len([entry for entry in entries if "2030" in entry["message"]]) == 3


def test_an_unknown_log_format_is_refused(workspace):
    done = subprocess.run(
        [*COMMAND, *workspace.arguments("sync")],
        env=environment(AIRFLOW_CONTROL_PLANE_LOG_FORMAT="yaml"),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "airflow-control-plane: AIRFLOW_CONTROL_PLANE_LOG_FORMAT is 'yaml'; expected text or json\n",
    )


def test_the_error_message_of_a_command_is_one_line(tmp_path):
    done = subprocess.run(
        [*COMMAND, "discover", "--packages-root", f"{tmp_path}/{HOSTILE}"],
        env=environment(),
        capture_output=True,
    )
    assert done.returncode == 3
    assert done.stderr.count(b"\n") == 1
    assert rb"x\n2030-01-01" in done.stderr
    assert b"\x1b" not in done.stderr


@pytest.fixture
def plain(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.write_job("first")
    return workspace


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_stop_the_work(closed, plain):
    done = plain.sync_once(prefix=("sh", "-c", f'exec "$@" {closed}', "sh"))
    assert done.returncode == 0, done.stderr
    assert plain.is_in_step()


def test_a_loop_goes_on_after_the_reader_of_its_log_has_gone(plain):
    plain.write_settings(watchSeconds=0.1)
    port = free_port()
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [*COMMAND, *plain.arguments("sync", "--status-port", str(port), "--settings", str(plain.settings))],
        env=environment(),
        stdout=writer,
        stderr=writer,
    )
    os.close(writer)
    os.close(reader)
    try:
        eventually(plain.is_in_step)
        plain.write_job("second")
        eventually(plain.is_in_step)
        process.terminate()
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()


def test_a_reader_that_closes_the_output_early_is_not_an_error(plain):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "discover", "--packages-root", str(plain.packages)],
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_traceback_is_part_of_its_json_line():
    try:
        raise ValueError("never\nseen")
    except ValueError:
        record = logging.LogRecord("name", logging.ERROR, "path", 1, "it %s", ("failed\n",), sys.exc_info())
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "it failed\n"
    assert json.loads(line)["traceback"].endswith("ValueError: never\nseen")


def test_the_log_begins_with_the_number_of_jobs_even_if_nothing_changes(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.write_job("first")
    assert workspace.sync_once().returncode == 0
    with workspace.sync_loop() as loop:
        eventually(lambda: loop.log)
        assert f"INFO 1 job(s) in {workspace.dags}; checking every 0.1 s\n" in loop.log
