"""What the commands share: reading the packages with progress, and printing what was found."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable

from airflow_control_plane.cli.progress import Progress
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.model.errors import SourceError
from airflow_control_plane.model.problem import Problem
from airflow_control_plane.model.scan import Scan
from airflow_control_plane.settings.apply import resolve
from airflow_control_plane.settings.settings_file import load_settings


def scan(options: argparse.Namespace) -> Scan:
    """What the packages say, with the values of this environment applied."""
    return resolve(scan_packages(options), load_settings(options.settings).jobs)


def scan_packages(options: argparse.Namespace) -> Scan:
    progress = Progress(sys.stderr)
    try:
        return MultiPackageJobDiscovery(options.packages_roots, progress).scan()
    finally:
        progress.clear()


def require_complete(scan: Scan) -> None:
    if scan.incomplete:
        raise SourceError("; ".join(scan.incomplete))


def print_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        print(problem.located(), file=sys.stderr)


def print_json(document: object) -> None:
    print(json.dumps(document, indent=2))


def problem_fields(problems: Iterable[Problem]) -> list[dict[str, object]]:
    return [problem.to_dict() for problem in problems]


def roots_text(options: argparse.Namespace) -> str:
    return os.pathsep.join(options.packages_roots)
