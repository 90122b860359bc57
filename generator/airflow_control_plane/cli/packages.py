"""How the commands read the packages: with progress, and from the roots that the options name."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from typing import TypeVar

from airflow_control_plane.cli.output import print_problems
from airflow_control_plane.cli.progress import Progress
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.model.catalog import Catalog
from airflow_control_plane.model.errors import SourceError, UsageError
from airflow_control_plane.model.job import JobIdentity
from airflow_control_plane.settings.deployment import Deployment

AnyJob = TypeVar("AnyJob", bound=JobIdentity)


def read_packages(options: argparse.Namespace, deployment: Deployment) -> Catalog:
    """Raises SourceError if the packages change faster than they can be read."""
    with Progress(sys.stderr) as progress:
        return MultiPackageJobDiscovery(options.packages_roots, progress).catalog(deployment)


def require_complete(catalog: Catalog) -> None:
    """Raises SourceError if something could not be read."""
    if catalog.incomplete:
        raise SourceError("; ".join(catalog.incomplete))


def find_job(jobs: Iterable[AnyJob], catalog: Catalog, options: argparse.Namespace) -> AnyJob:
    """The one of `jobs` that the options name. Raises UsageError, which lists the jobs there are."""
    for job in jobs:
        if job.key == options.job:
            return job
    print_problems(catalog.problems)
    known = ", ".join(job.key for job in catalog.jobs) or "none"
    raise UsageError(f"there is no job {options.job} in {roots_text(options)}; the jobs are: {known}")


def roots_text(options: argparse.Namespace) -> str:
    return os.pathsep.join(options.packages_roots)
