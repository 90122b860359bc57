"""The commands that bring a DAG folder in step with the packages: plan, generate, sync."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from airflow_control_plane.cli.output import print_json, print_problems
from airflow_control_plane.cli.packages import require_complete, roots_text
from airflow_control_plane.cli.progress import Progress
from airflow_control_plane.dag_generator.deletion_guards import DeletionPolicy
from airflow_control_plane.dag_generator.folder import DagFolder
from airflow_control_plane.dag_generator.plan import PENDING, Action
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.model.errors import ExitCode, SourceError, UsageError
from airflow_control_plane.model.problem import errors_of
from airflow_control_plane.settings.deployment import Deployment
from airflow_control_plane.settings.settings_file import load_settings
from airflow_control_plane.sync.log_format import configure_logging
from airflow_control_plane.sync.loop import SyncLoop
from airflow_control_plane.sync.status import Board, Status
from airflow_control_plane.sync.synchronizer import PassResult, Synchronizer, deletion_policy
from airflow_control_plane.sync.watched_settings import WatchedSettings

_LOCK_WAIT_SECONDS = 60
_PAST = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted"}


def plan(options: argparse.Namespace) -> ExitCode:
    settings = load_settings(options.settings)
    policy = deletion_policy(settings.sync, allow_empty=options.allow_empty, allow_mass=options.allow_mass_delete)
    with Progress(sys.stderr) as progress:
        synchronizer = _synchronizer(options, progress)
        catalog = synchronizer.catalog(settings.deployment)
        found = synchronizer.preview(catalog, policy)
    if options.format == "json":
        fields = ("action", "filename", "source", "reason")
        print_json({"steps": [{name: getattr(step, name) for name in fields} for step in found.steps]})
    else:
        for step in found.steps:
            print(f"{step.action.value:<6} {step.filename}  ({step.reason or step.source})")
        counts = ", ".join(f"{len(found.of(action))} to {action.value}" for action in Action)
        print(f"{counts}; {len(found.jobs)} job(s)")
    print_problems(found.problems)
    require_complete(catalog)
    return ExitCode.PROBLEMS if found.of(*PENDING) else ExitCode.OK


def generate(options: argparse.Namespace) -> ExitCode:
    deployment = load_settings(options.settings).deployment
    result = _run_once(options, deployment, DeletionPolicy(), may_delete=False)
    require_complete(result.catalog)
    print(f"✓ Successfully generated {len(result.plan.jobs)} DAG file(s) in {options.dags_dir}")
    return ExitCode.OK


def sync(options: argparse.Namespace) -> ExitCode:
    if options.once:
        _end_on_signals(128 + signal.SIGTERM)
        return _sync_once(options)
    for flag in ("strict", "allow_mass_delete"):
        if getattr(options, flag):
            raise UsageError(f"--{flag.replace('_', '-')} is for a single pass; add --once")
    return _sync_forever(options)


def _sync_once(options: argparse.Namespace) -> ExitCode:
    settings = load_settings(options.settings)
    policy = deletion_policy(settings.sync, allow_empty=options.allow_empty, allow_mass=options.allow_mass_delete)
    result = _run_once(options, settings.deployment, policy)
    require_complete(result.catalog)
    errors = errors_of(result.plan.problems)
    if not result.plan.jobs and not errors and not policy.allow_empty:
        hint = "if that is intended, use --allow-empty (values: sync.allowEmpty)"
        raise SourceError(f"there is no job in {roots_text(options)}; {hint}")
    steps = result.plan.of
    for step in steps(Action.HOLD):
        print(f"held back: {step.filename}: {step.reason}", file=sys.stderr)
    counts = ", ".join(f"{len(steps(action))} {past}" for action, past in _PAST.items())
    print(f"✓ {len(result.plan.jobs)} job(s) in {options.dags_dir}: {counts}")
    is_strict = options.strict or settings.sync.strict_start
    return ExitCode.PROBLEMS if is_strict and errors else ExitCode.OK


def _sync_forever(options: argparse.Namespace) -> ExitCode:
    from airflow_control_plane.sync.status_server import serve

    configure_logging()
    board = Board(Status(os.path.abspath(options.dags_dir)))
    synchronizer = Synchronizer(
        MultiPackageJobDiscovery(options.packages_roots, board.beat), DagFolder(options.dags_dir), board.beat
    )
    loop = SyncLoop(synchronizer, WatchedSettings(options.settings), board, options.allow_empty)
    _end_on_signals(ExitCode.OK)
    serve(options.status_host, options.status_port, board)
    loop.run()


def _end_on_signals(exit_code: int) -> None:
    """Handles SIGTERM, which the first process of a container would ignore otherwise."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(exit_code))


def _synchronizer(options: argparse.Namespace, progress: Progress) -> Synchronizer:
    return Synchronizer(
        MultiPackageJobDiscovery(options.packages_roots, progress), DagFolder(options.dags_dir), progress
    )


def _run_once(
    options: argparse.Namespace, deployment: Deployment, policy: DeletionPolicy, may_delete: bool = True
) -> PassResult:
    with Progress(sys.stderr) as progress:
        synchronizer = _synchronizer(options, progress)
        result = synchronizer.run(
            synchronizer.catalog(deployment), policy, may_delete=may_delete, wait_seconds=_LOCK_WAIT_SECONDS
        )
    print_problems(result.plan.problems)
    return result
