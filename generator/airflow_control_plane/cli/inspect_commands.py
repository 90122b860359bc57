"""The commands that look at packages and change nothing: discover, check, explain, graph, schema."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable

from airflow_control_plane.cli.explain import Explanation, explain_job
from airflow_control_plane.cli.graph import to_mermaid, to_text
from airflow_control_plane.cli.output import (
    print_json,
    print_problems,
    problem_fields,
    require_complete,
    roots_text,
    scan,
    scan_packages,
)
from airflow_control_plane.model.errors import ExitCode, UsageError
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import errors_of
from airflow_control_plane.model.scan import Scan
from airflow_control_plane.settings.apply import resolve
from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA
from airflow_control_plane.settings.settings_file import load_settings

_HOW_TO_ADD = 'A job is a file <package>/jobs/<job>.py that says JOB = (entrypoint, "description").'


def discover(options: argparse.Namespace) -> ExitCode:
    found = scan(options)
    print_problems(found.problems)
    require_complete(found)
    if options.format == "json":
        print_json({"jobs": [_job_fields(job) for job in found.jobs], "problems": problem_fields(found.problems)})
    elif found.jobs:
        _print_jobs(found.jobs)
    else:
        print(f"No jobs found in {roots_text(options)}.\n{_HOW_TO_ADD}")
    return ExitCode.OK


def check(options: argparse.Namespace) -> ExitCode:
    found = scan(options)
    errors = errors_of(found.problems)
    if options.format == "json":
        print_json({"jobs": len(found.jobs), "problems": problem_fields(found.problems)})
        require_complete(found)
    else:
        for problem in found.problems:
            print(problem.located())
        require_complete(found)
        good = f"{len(found.jobs)} good job(s) in {len({job.package for job in found.jobs})} package(s)"
        print(f"✗ {len(errors)} problem(s), {good}" if errors else f"✓ No problems, {good}")
        if not errors and not found.jobs:
            print(f"No jobs found in {roots_text(options)}.\n{_HOW_TO_ADD}")
    return ExitCode.PROBLEMS if errors else ExitCode.OK


def explain(options: argparse.Namespace) -> ExitCode:
    """Of a job that has no DAG, too: its settings may say why."""
    found, values = scan_packages(options), load_settings(options.settings).jobs
    job = find_job(found, options)
    print_problems(problem for problem in resolve(found, values).problems if problem.path == job.source)
    settings = list(explain_job(job, values))
    if options.format == "json":
        print_json({each.name: _explanation_fields(each) for each in settings})
    else:
        names, texts = max(len(each.name) for each in settings), max(len(each.shown) for each in settings)
        for each in settings:
            print(f"{each.name:<{names}}  {each.shown:<{texts}}  {each.origin}{each.remark and f' ({each.remark})'}")
    return ExitCode.OK


def graph(options: argparse.Namespace) -> ExitCode:
    found = scan(options)
    print_problems(found.problems)
    require_complete(found)
    print((to_mermaid if options.format == "mermaid" else to_text)(found.jobs), end="")
    return ExitCode.OK


def schema(_: argparse.Namespace) -> ExitCode:
    title = "JOB_CONFIG of an airflow-control-plane job"
    print_json({"$schema": "http://json-schema.org/draft-07/schema#", "title": title, **JOB_CONFIG_SCHEMA})
    return ExitCode.OK


def find_job(found: Scan, options: argparse.Namespace) -> DiscoveredJob:
    """The job that the options name. Raises UsageError, which lists those that there are."""
    for job in (*found.jobs, *found.contested):
        if job.key == options.job:
            return job
    print_problems(found.problems)
    known = ", ".join(job.key for job in found.jobs) or "none"
    raise UsageError(f"no job {options.job} in {roots_text(options)}; there are: {known}")


def _print_jobs(jobs: Iterable[DiscoveredJob]) -> None:
    packages: dict[str, list[DiscoveredJob]] = defaultdict(list)
    for job in jobs:
        packages[job.package].append(job)
    print(f"Discovered jobs in {len(packages)} package(s):\n")
    for package, members in packages.items():
        print(f"📦 {package}")
        for job in members:
            print(f"  └─ {job.name}: {job.summary}")
        print()
    print(f"Total: {sum(map(len, packages.values()))} job(s)")


def _job_fields(job: DiscoveredJob) -> dict[str, str]:
    names = ("package", "name", "description", "source", "import_root", "dag_id")
    return {name: getattr(job, name) for name in names}


def _explanation_fields(setting: Explanation) -> dict[str, object]:
    fields = {"value": setting.value, "from": setting.origin}
    return {**fields, "remark": setting.remark} if setting.remark else fields
