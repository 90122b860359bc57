"""What a job file is made of: its definition, its command line, its log and its exit code.

This is a file, not a folder of jobs: a package has jobs only if it has a folder named `jobs`.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import logging
import os
import pkgutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from etl_core.failures import JobFailure

LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"

Entrypoint = Callable[[list[str]], int | None]


@dataclass(frozen=True)
class JobDefinition:
    """A job, written `JOB = JobDefinition(entrypoint, "What the job does")`.

    It unpacks like the plain tuple `(entrypoint, "What the job does")`, so `entrypoint, description = JOB` works
    whichever of the two a job file uses.
    """

    entrypoint: Entrypoint
    description: str

    def __iter__(self) -> Iterator[Entrypoint | str]:
        return iter((self.entrypoint, self.description))


def discover_package_jobs(package: str) -> dict[str, JobDefinition]:
    """Import the job files of a package and return their jobs by name, sorted.

    The generator reads job files without running them; this runs them, and what one raises is passed on. It skips the
    file names that the generator skips.
    """
    folder = importlib.import_module(f"{package}.jobs")
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__) if not module.ispkg)
    modules = {name: importlib.import_module(f"{package}.jobs.{name}") for name in names if may_be_job(name)}
    return {name: definition(module) for name, module in modules.items() if hasattr(module, "JOB")}


def may_be_job(name: str) -> bool:
    return not name.startswith(("_", "test_")) and name != "conftest"


def definition(module: ModuleType) -> JobDefinition:
    try:
        return JobDefinition(*module.JOB)
    except TypeError:
        raise TypeError(f'{module.__file__}: JOB is {module.JOB!r}; expected (entrypoint, "description")') from None


def job_parser(module_name: str, docstring: str | None) -> argparse.ArgumentParser:
    """A parser with the job's name, the first line of its docstring as the description, and --workdir."""
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
        help="the working folder (default: $ETL_WORKDIR, else 'etl' in the system's temporary folder)",
    )
    return parser


def default_workdir() -> Path:
    return Path(os.environ.get("ETL_WORKDIR") or Path(tempfile.gettempdir(), "etl"))


def job_entrypoint(entrypoint: Entrypoint) -> Entrypoint:
    """Set up logging, and turn a JobFailure into one line of the log and an exit code."""

    @functools.wraps(entrypoint)
    def run(argv: list[str]) -> int | None:
        # To stdout, because Airflow shows stderr as errors. If logging is set up already, this does nothing.
        logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stdout)
        try:
            return entrypoint(argv)
        except JobFailure as failure:
            logging.getLogger(entrypoint.__module__).error("%s", failure)
            return failure.exit_code

    return run
