"""The commands that look at packages and change nothing: discover, check, explain, graph, schema."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable

from airflow_control_plane.cli.explain import Explanation, explain_job
from airflow_control_plane.cli.graph import to_mermaid, to_text
from airflow_control_plane.cli.output import print_json, print_problems, problem_fields
from airflow_control_plane.cli.packages import find_job, read_packages, require_complete, roots_text
from airflow_control_plane.model.errors import ExitCode
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import errors_of
from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA
from airflow_control_plane.settings.settings_file import load_settings

_HOW_TO_ADD = 'A job is a file <package>/jobs/<job>.py with JOB = (entrypoint, "description").'


def discover(options: argparse.Namespace) -> ExitCode:
    catalog = read_packages(options, load_settings(options.settings).deployment)
    print_problems(catalog.problems)
    require_complete(catalog)
    if options.format == "json":
        print_json({"jobs": [_job_fields(job) for job in catalog.jobs], "problems": problem_fields(catalog.problems)})
    elif catalog.jobs:
        _print_jobs(catalog.jobs)
    else:
        print(_no_jobs(options))
    return ExitCode.OK


def check(options: argparse.Namespace) -> ExitCode:
    catalog = read_packages(options, load_settings(options.settings).deployment)
    errors = errors_of(catalog.problems)
    if options.format == "json":
        print_json({"jobs": len(catalog.jobs), "problems": problem_fields(catalog.problems)})
        require_complete(catalog)
    else:
        for problem in catalog.problems:
            print(problem.located())
        require_complete(catalog)
        packages = {job.package_name for job in catalog.jobs}
        good = f"{len(catalog.jobs)} good job(s) in {len(packages)} package(s)"
        print(f"✗ {len(errors)} problem(s), {good}" if errors else f"✓ No problems, {good}")
        if not errors and not catalog.jobs:
            print(_no_jobs(options))
    return ExitCode.PROBLEMS if errors else ExitCode.OK


def explain(options: argparse.Namespace) -> ExitCode:
    """Also for a job without a DAG, because its settings may say why."""
    deployment = load_settings(options.settings).deployment
    catalog = read_packages(options, deployment)
    job = find_job(catalog.declared, catalog, options)
    print_problems(problem for problem in catalog.problems if problem.path == job.source)
    settings = list(explain_job(job, deployment))
    if options.format == "json":
        print_json({each.name: _explanation_fields(each) for each in settings})
    else:
        names, texts = max(len(each.name) for each in settings), max(len(each.shown) for each in settings)
        for each in settings:
            print(f"{each.name:<{names}}  {each.shown:<{texts}}  {each.origin}{each.remark and f' ({each.remark})'}")
    return ExitCode.OK


def graph(options: argparse.Namespace) -> ExitCode:
    catalog = read_packages(options, load_settings(options.settings).deployment)
    print_problems(catalog.problems)
    require_complete(catalog)
    print((to_mermaid if options.format == "mermaid" else to_text)(catalog.jobs), end="")
    return ExitCode.OK


def schema(_: argparse.Namespace) -> ExitCode:
    title = "JOB_CONFIG of an airflow-control-plane job"
    print_json({"$schema": "http://json-schema.org/draft-07/schema#", "title": title, **JOB_CONFIG_SCHEMA})
    return ExitCode.OK


def _no_jobs(options: argparse.Namespace) -> str:
    return f"No jobs found in {roots_text(options)}.\n{_HOW_TO_ADD}"


def _print_jobs(jobs: Iterable[DiscoveredJob]) -> None:
    packages: dict[str, list[DiscoveredJob]] = defaultdict(list)
    for job in jobs:
        packages[job.package_name].append(job)
    print(f"Discovered jobs in {len(packages)} package(s):\n")
    for package, members in packages.items():
        print(f"📦 {package}")
        for job in members:
            print(f"  └─ {job.job_name}: {job.summary}")
        print()
    print(f"Total: {sum(map(len, packages.values()))} job(s)")


def _job_fields(job: DiscoveredJob) -> dict[str, str]:
    names = ("package_name", "job_name", "description", "source", "import_root", "dag_id")
    return {name: getattr(job, name) for name in names}


def _explanation_fields(setting: Explanation) -> dict[str, object]:
    fields = {"value": setting.value, "from": setting.origin}
    return {**fields, "remark": setting.remark} if setting.remark else fields
