"""The command line: options in, exit code out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from airflow_control_plane.cli.options import DAGS_DIR_VARIABLES, SETTINGS_VARIABLE, parser
from airflow_control_plane.discovery.scanner import default_roots
from airflow_control_plane.model.errors import ControlPlaneError, ExitCode, UsageError
from airflow_control_plane.model.text import printable


def main(argv: Sequence[str] | None = None) -> int:
    _open_streams()
    own, job_arguments = _split_at_dashes(sys.argv[1:] if argv is None else list(argv))
    options = parser().parse_args(own, argparse.Namespace(args=job_arguments))
    try:
        _complete_from_environment(options)
        return int(options.command(options))
    except ControlPlaneError as error:
        print(f"airflow-control-plane: {printable(str(error))}", file=sys.stderr)
        return int(error.exit_code)
    except BrokenPipeError:
        return int(ExitCode.OK)  # the reader has seen enough, as in `discover | head`
    finally:
        _flush_streams()


def _split_at_dashes(arguments: list[str]) -> tuple[list[str], list[str] | None]:
    """The arguments before and after the first --; None if there is none. argparse would swallow the job's own --."""
    if "--" not in arguments:
        return arguments, None
    dashes = arguments.index("--")
    return arguments[:dashes], arguments[dashes + 1 :]


def _complete_from_environment(options: argparse.Namespace) -> None:
    """Fills in from the environment what no flag says. Raises UsageError for what is in neither."""
    if "packages_roots" in options:
        options.packages_roots = options.packages_roots or default_roots()
        options.settings = options.settings or os.environ.get(SETTINGS_VARIABLE)
    if "dags_dir" in options:
        options.dags_dir = options.dags_dir or next(filter(None, map(os.environ.get, DAGS_DIR_VARIABLES)), None)
        if not options.dags_dir:
            raise UsageError(f"no DAG folder is given; use --dags-dir or set {DAGS_DIR_VARIABLES[0]}")


def _open_streams() -> None:
    """Makes output safe: a stream that was closed (`>&-`) discards it, and no name breaks the encoding."""
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def _flush_streams() -> None:
    """Flushes as Python does at exit, but without its complaint if the reader is gone."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
