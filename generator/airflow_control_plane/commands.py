"""The commands: each takes the parsed options and returns an exit code. Printing happens here."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import traceback
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from airflow_control_plane.configuration import load_settings
from airflow_control_plane.dag_folder import DagFolder
from airflow_control_plane.discovery import MultiPackageJobDiscovery, Scan
from airflow_control_plane.errors import ExitCode, SourceError, UsageError
from airflow_control_plane.guards import DeletionPolicy
from airflow_control_plane.jobs import DiscoveredJob
from airflow_control_plane.log import configure_logging
from airflow_control_plane.loop import SyncLoop, WatchedSettings, deletion_policy, new_board
from airflow_control_plane.planning import PENDING, Action
from airflow_control_plane.problems import Problem, errors_of
from airflow_control_plane.progress import Progress
from airflow_control_plane.runtime import JobFailed, run_job
from airflow_control_plane.synchronizer import Outcome, Synchronizer

_LOCK_WAIT_SECONDS = 60
_HOW_TO_ADD = 'A job is a file <package>/jobs/<job>.py that says JOB = (entrypoint, "description").'


def discover(options: argparse.Namespace) -> ExitCode:
    scan = _scan(options)
    _print_problems(scan.problems)
    _require_complete(scan)
    if options.format == "json":
        _print_json({"jobs": [_job_fields(job) for job in scan.jobs], "problems": _problem_fields(scan.problems)})
    elif scan.jobs:
        _print_jobs(scan.jobs)
    else:
        print(f"No jobs found in {_roots_text(options)}.\n{_HOW_TO_ADD}")
    return ExitCode.OK


def check(options: argparse.Namespace) -> ExitCode:
    scan = _scan(options)
    errors = errors_of(scan.problems)
    if options.format == "json":
        _print_json({"jobs": len(scan.jobs), "problems": _problem_fields(scan.problems)})
        _require_complete(scan)
    else:
        for problem in scan.problems:
            print(problem.located())
        _require_complete(scan)
        good = f"{len(scan.jobs)} good job(s) in {len({job.package for job in scan.jobs})} package(s)"
        print(f"✗ {len(errors)} problem(s), {good}" if errors else f"✓ No problems, {good}")
    return ExitCode.PROBLEMS if errors else ExitCode.OK


def plan(options: argparse.Namespace) -> ExitCode:
    outcome = _synchronizer(options).preview(_policy(options))
    steps = outcome.plan.steps
    if options.format == "json":
        fields = ("action", "filename", "source", "reason")
        _print_json({"steps": [{name: getattr(step, name) for name in fields} for step in steps]})
    else:
        for step in steps:
            print(f"{step.action.value:<6} {step.filename}  ({step.reason or step.source})")
        counts = ", ".join(f"{len(outcome.plan.of(action))} to {action.value}" for action in Action)
        print(f"{counts}; {len(outcome.plan.jobs)} job(s)")
    _print_problems(outcome.plan.problems)
    _require_complete(outcome.scan)
    return ExitCode.PROBLEMS if outcome.plan.of(*PENDING) else ExitCode.OK


def generate(options: argparse.Namespace) -> ExitCode:
    outcome = _run_once(options, DeletionPolicy(), may_delete=False)
    _require_complete(outcome.scan)
    print(f"✓ Successfully generated {len(outcome.plan.jobs)} DAG file(s) in {options.dags_dir}")
    return ExitCode.OK


def sync(options: argparse.Namespace) -> ExitCode:
    if options.once:
        return _sync_once(options)
    for flag in ("strict", "allow_mass_delete"):
        if getattr(options, flag):
            raise UsageError(f"--{flag.replace('_', '-')} is for a single pass; add --once")
    return _sync_forever(options)


def _sync_once(options: argparse.Namespace) -> ExitCode:
    settings = load_settings(options.settings).sync
    policy = _policy(options)
    outcome = _run_once(options, policy)
    _require_complete(outcome.scan)
    errors = errors_of(outcome.plan.problems)
    if not outcome.plan.jobs and not errors and not policy.allow_empty:
        raise SourceError(f"no job in {_roots_text(options)}; if that is right, use --allow-empty (sync.allowEmpty)")
    steps = outcome.plan.of
    for step in steps(Action.HOLD):
        print(f"held back: {step.filename}: {step.reason}", file=sys.stderr)
    counts = ", ".join(f"{len(steps(action))} {past}" for action, past in _PAST.items())
    print(f"✓ {len(outcome.plan.jobs)} job(s) in {options.dags_dir}: {counts}")
    is_strict = options.strict or settings.strict_start
    return ExitCode.PROBLEMS if is_strict and errors else ExitCode.OK


_PAST = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted"}


def _sync_forever(options: argparse.Namespace) -> ExitCode:
    from airflow_control_plane.status_server import serve

    configure_logging(options.log_format)
    board = new_board(os.path.abspath(options.dags_dir))
    synchronizer = Synchronizer(
        MultiPackageJobDiscovery(options.packages_roots, board.beat), DagFolder(options.dags_dir), board.beat
    )
    loop = SyncLoop(synchronizer, WatchedSettings(options.settings), board, options.allow_empty)
    # The loop is the first process of a container, which ignores SIGTERM unless told otherwise.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(ExitCode.OK))
    serve(options.status_host, options.status_port, board)
    loop.run()


def run(options: argparse.Namespace) -> ExitCode:
    scan = _scan(options)
    job = next((job for job in (*scan.jobs, *scan.contested) if job.key == options.job), None)
    if job is None:
        _print_problems(scan.problems)
        known = ", ".join(job.key for job in scan.jobs) or "none"
        raise UsageError(f"no job {options.job} in {_roots_text(options)}; there are: {known}")
    try:
        run_job(job.module, job.import_root, options.args, options.packages_roots)
    except JobFailed as failure:
        print(f"✗ {failure}", file=sys.stderr)
        return ExitCode.PROBLEMS
    except Exception:
        traceback.print_exc()
        return ExitCode.PROBLEMS
    return ExitCode.OK


def status(options: argparse.Namespace) -> ExitCode:
    from http.client import HTTPException
    from urllib.request import ProxyHandler, build_opener

    from airflow_control_plane.status import to_text

    address = f"http://127.0.0.1:{options.status_port}/status"
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=10) as answer:
            document = json.load(answer)
        if not isinstance(document, dict) or "dags_dir" not in document:
            raise ValueError("the answer is another program's")
    except (OSError, HTTPException, ValueError) as error:
        raise SourceError(
            f"no sidecar answers on {address} ({getattr(error, 'reason', error)}); is sync running here?"
        ) from None
    if options.format == "json":
        _print_json(document)
    else:
        print(to_text(document))
    return ExitCode.OK


def _scan(options: argparse.Namespace) -> Scan:
    progress = Progress(sys.stderr)
    try:
        return MultiPackageJobDiscovery(options.packages_roots, progress).scan()
    finally:
        progress.clear()


def _synchronizer(options: argparse.Namespace, progress: Progress | None = None) -> Synchronizer:
    progress = progress or Progress(sys.stderr)
    return Synchronizer(
        MultiPackageJobDiscovery(options.packages_roots, progress), DagFolder(options.dags_dir), progress
    )


def _run_once(options: argparse.Namespace, policy: DeletionPolicy, may_delete: bool = True) -> Outcome:
    progress = Progress(sys.stderr)
    synchronizer = _synchronizer(options, progress)
    try:
        outcome = synchronizer.run(synchronizer.scan(), policy, may_delete=may_delete, wait_seconds=_LOCK_WAIT_SECONDS)
    finally:
        progress.clear()
    _print_problems(outcome.plan.problems)
    return outcome


def _policy(options: argparse.Namespace) -> DeletionPolicy:
    policy = deletion_policy(load_settings(options.settings).sync)
    return replace(
        policy,
        allow_empty=policy.allow_empty or options.allow_empty,
        allow_mass=options.allow_mass_delete,
    )


def _require_complete(scan: Scan) -> None:
    if scan.incomplete:
        raise SourceError("; ".join(scan.incomplete))


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


def _print_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        print(problem.located(), file=sys.stderr)


def _print_json(document: object) -> None:
    print(json.dumps(document, indent=2))


def _job_fields(job: DiscoveredJob) -> dict[str, str]:
    names = ("package", "name", "description", "source", "import_root", "dag_id")
    return {name: getattr(job, name) for name in names}


def _problem_fields(problems: Iterable[Problem]) -> list[dict[str, object]]:
    return [problem.to_dict() for problem in problems]


def _roots_text(options: argparse.Namespace) -> str:
    return os.pathsep.join(options.packages_roots)
