"""For package authors: the jobs of a package as objects. Unlike discovery this imports them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import TypeAlias

from airflow_control_plane.discovery.layout import may_be_job_file

JobDefinition: TypeAlias = "tuple[Callable[[list[str]], int | None], str]"
"""The type of JOB: an entry point that takes the arguments and returns an exit code, and a description."""


def discover_package_jobs(package: str) -> dict[str, JobDefinition]:
    """Imports the modules of `package`.jobs and returns their JOBs by job name, for the package's own command line.

    Raises what the modules raise when they are imported.
    """
    jobs_package = importlib.import_module(f"{package}.jobs")
    names = (module.name for module in pkgutil.iter_modules(jobs_package.__path__) if not module.ispkg)
    modules = {
        name: importlib.import_module(f"{package}.jobs.{name}")
        for name in sorted(names)
        if may_be_job_file(f"{name}.py")
    }
    return {name: module.JOB for name, module in modules.items() if hasattr(module, "JOB")}
