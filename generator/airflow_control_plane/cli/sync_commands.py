"""The commands that bring a DAG folder in step with the packages: plan, generate, sync."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import replace

from airflow_control_plane.cli.output import print_json, print_problems, require_complete, roots_text
from airflow_control_plane.cli.progress import Progress
from airflow_control_plane.dag_generator.deletion_guards import DeletionPolicy
from airflow_control_plane.dag_generator.folder import DagFolder
from airflow_control_plane.dag_generator.plan import PENDING, Action
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.model.errors import ExitCode, SourceError, UsageError
from airflow_control_plane.model.problem import errors_of
from airflow_control_plane.settings.settings_file import load_settings
from airflow_control_plane.sync.log_format import configure_logging
from airflow_control_plane.sync.loop import SyncLoop, WatchedSettings, deletion_policy, new_board
from airflow_control_plane.sync.synchronizer import Outcome, Synchronizer

_LOCK_WAIT_SECONDS = 60


def plan(options: argparse.Namespace) -> ExitCode:
    synchronizer = _synchronizer(options)
    scan = synchronizer.scan(load_settings(options.settings).jobs)
    outcome = synchronizer.preview(scan, _policy(options))
    steps = outcome.plan.steps
    if options.format == "json":
        fields = ("action", "filename", "source", "reason")
        print_json({"steps": [{name: getattr(step, name) for name in fields} for step in steps]})
    else:
        for step in steps:
            print(f"{step.action.value:<6} {step.filename}  ({step.reason or step.source})")
        counts = ", ".join(f"{len(outcome.plan.of(action))} to {action.value}" for action in Action)
        print(f"{counts}; {len(outcome.plan.jobs)} job(s)")
    print_problems(outcome.plan.problems)
    require_complete(outcome.scan)
    return ExitCode.PROBLEMS if outcome.plan.of(*PENDING) else ExitCode.OK


def generate(options: argparse.Namespace) -> ExitCode:
    outcome = _run_once(options, DeletionPolicy(), may_delete=False)
    require_complete(outcome.scan)
    print(f"✓ Successfully generated {len(outcome.plan.jobs)} DAG file(s) in {options.dags_dir}")
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
    settings = load_settings(options.settings).sync
    policy = _policy(options)
    outcome = _run_once(options, policy)
    require_complete(outcome.scan)
    errors = errors_of(outcome.plan.problems)
    if not outcome.plan.jobs and not errors and not policy.allow_empty:
        raise SourceError(f"no job in {roots_text(options)}; if that is right, use --allow-empty (sync.allowEmpty)")
    steps = outcome.plan.of
    for step in steps(Action.HOLD):
        print(f"held back: {step.filename}: {step.reason}", file=sys.stderr)
    counts = ", ".join(f"{len(steps(action))} {past}" for action, past in _PAST.items())
    print(f"✓ {len(outcome.plan.jobs)} job(s) in {options.dags_dir}: {counts}")
    is_strict = options.strict or settings.strict_start
    return ExitCode.PROBLEMS if is_strict and errors else ExitCode.OK


_PAST = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted"}


def _sync_forever(options: argparse.Namespace) -> ExitCode:
    from airflow_control_plane.sync.status_server import serve

    configure_logging(options.log_format)
    board = new_board(os.path.abspath(options.dags_dir))
    synchronizer = Synchronizer(
        MultiPackageJobDiscovery(options.packages_roots, board.beat), DagFolder(options.dags_dir), board.beat
    )
    loop = SyncLoop(synchronizer, WatchedSettings(options.settings), board, options.allow_empty)
    _end_on_signals(ExitCode.OK)
    serve(options.status_host, options.status_port, board)
    loop.run()


def _end_on_signals(exit_code: int) -> None:
    """The first process of a container ignores SIGTERM unless it is told otherwise."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(exit_code))


def _synchronizer(options: argparse.Namespace, progress: Progress | None = None) -> Synchronizer:
    progress = progress or Progress(sys.stderr)
    return Synchronizer(
        MultiPackageJobDiscovery(options.packages_roots, progress), DagFolder(options.dags_dir), progress
    )


def _run_once(options: argparse.Namespace, policy: DeletionPolicy, may_delete: bool = True) -> Outcome:
    progress = Progress(sys.stderr)
    synchronizer = _synchronizer(options, progress)
    try:
        outcome = synchronizer.run(
            synchronizer.scan(load_settings(options.settings).jobs),
            policy,
            may_delete=may_delete,
            wait_seconds=_LOCK_WAIT_SECONDS,
        )
    finally:
        progress.clear()
    print_problems(outcome.plan.problems)
    return outcome


def _policy(options: argparse.Namespace) -> DeletionPolicy:
    policy = deletion_policy(load_settings(options.settings).sync)
    return replace(
        policy,
        allow_empty=policy.allow_empty or options.allow_empty,
        allow_mass=options.allow_mass_delete,
    )
