"""The shell around a job: its command line, its log and its exit code.

This is a file, not a folder of jobs: a package has jobs only where `jobs` is a folder.
"""

from __future__ import annotations

import argparse
import functools
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from etl_core.failures import JobFailure

LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"

Entrypoint = Callable[[list[str]], int]


def job_parser(module_name: str, docstring: str | None) -> argparse.ArgumentParser:
    """A parser named like the job, described by the first line of its docstring, that knows --workdir."""
    parser = argparse.ArgumentParser(
        prog=module_name.rpartition(".")[2],
        description=(docstring or "").partition("\n")[0],
        allow_abbrev=False,
    )
    parser.add_argument(
        "--workdir",
        type=Path,
        default=default_workdir(),
        metavar="DIR",
        help="the working folder (default: ETL_WORKDIR, else 'etl' in the system's temporary folder)",
    )
    return parser


def default_workdir() -> Path:
    return Path(os.environ.get("ETL_WORKDIR") or Path(tempfile.gettempdir(), "etl"))


def job_entrypoint(entrypoint: Entrypoint) -> Entrypoint:
    """Start the log, and turn a JobFailure into one line of it and an exit code."""

    @functools.wraps(entrypoint)
    def run(argv: list[str]) -> int:
        # stdout, for Airflow shows stderr as errors. Where a log is set up already, this does nothing.
        logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stdout)
        try:
            return entrypoint(argv)
        except JobFailure as failure:
            logging.getLogger(entrypoint.__module__).error("%s", failure)
            return failure.exit_code

    return run
