"""Faults in the system calls of a real run: strace kills the process, or makes a call fail."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import BinaryIO, NoReturn

from _workspace import Workspace
from airflow_control_plane.cli.main import main


@cache
def why_no_strace() -> str:
    """Why this machine cannot inject faults, or an empty string if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed (Debian package strace)"
    probe = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    tracer = subprocess.Popen(["strace", "-o", os.devnull, "-p", str(probe.pid)], stderr=subprocess.PIPE, text=True)
    message = _first_line(tracer)
    probe.communicate(b"\n")
    tracer.communicate()
    return "" if "attached" in message else f"strace may not attach here: {message}"


def sync_once_with(fault: str, workspace: Workspace, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`sync --once` under `strace --inject=FAULT`, which counts from the first call of the command itself.

    With `path`, only calls on exactly this path fail.
    """
    calls, _, _ = fault.partition(":")
    only = [f"--trace-path={path}"] if path else []
    arguments = workspace.arguments("sync", "--once")
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = os.fork()  # a new interpreter would spend most of a test on its imports
        if child == 0:
            _stop_and_run(arguments, output, errors)
        os.waitpid(child, os.WUNTRACED)
        tracer = subprocess.Popen(
            ["strace", "-f", "-o", os.devnull, f"--trace={calls}", f"--inject={fault}", *only, "-p", str(child)],
            stderr=subprocess.PIPE,
            text=True,
        )
        message = _first_line(tracer)
        os.kill(child, signal.SIGCONT)
        _, status = os.waitpid(child, 0)
        tracer.communicate(timeout=60)
        assert "attached" in message, message
        texts = (_text(output), _text(errors))
    return subprocess.CompletedProcess(arguments, os.waitstatus_to_exitcode(status), *texts)


def _stop_and_run(arguments: list[str], output: BinaryIO, errors: BinaryIO) -> NoReturn:
    """The child process: stops until strace is attached, then runs the command."""
    code = 70
    try:
        with open(output.fileno(), "w") as sys.stdout, open(errors.fileno(), "w") as sys.stderr:
            os.kill(os.getpid(), signal.SIGSTOP)
            code = main(arguments)
    finally:
        os._exit(code)


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode("utf-8")


def _first_line(tracer: subprocess.Popen[str]) -> str:
    assert tracer.stderr
    return tracer.stderr.readline().strip()
