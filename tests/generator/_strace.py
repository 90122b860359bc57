"""Faults in the system calls of a real run: strace kills the process, or makes a call fail."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

from _workspace import Workspace, environment

# strace attaches after the imports, so that it counts only the calls of the command itself.
_DRIVER = """\
import concurrent.futures.thread, os, signal, sys
from airflow_control_plane.cli.main import main
os.kill(os.getpid(), signal.SIGSTOP)
sys.exit(main())
"""


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
    with subprocess.Popen(
        [sys.executable, "-B", "-c", _DRIVER, *workspace.arguments("sync", "--once")],
        env=environment(),
        cwd=workspace.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        os.waitpid(process.pid, os.WUNTRACED)
        tracer = subprocess.Popen(
            ["strace", "-f", "-o", os.devnull, f"--trace={calls}", f"--inject={fault}", *only, "-p", str(process.pid)],
            stderr=subprocess.PIPE,
            text=True,
        )
        message = _first_line(tracer)
        process.send_signal(signal.SIGCONT)
        output, errors = process.communicate(timeout=60)
        tracer.communicate(timeout=60)
    assert "attached" in message, message
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def _first_line(tracer: subprocess.Popen[str]) -> str:
    assert tracer.stderr
    return tracer.stderr.readline().strip()
