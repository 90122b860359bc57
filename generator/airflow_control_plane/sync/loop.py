"""The sidecar's loop: a look every few seconds, a pass as soon as anything moved, a full pass now and then."""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn

from airflow_control_plane.dag_generator.deletion_guards import DeletionPolicy
from airflow_control_plane.dag_generator.plan import Action, Plan
from airflow_control_plane.discovery.safe_read import Signature, signature
from airflow_control_plane.model.errors import ControlPlaneError, UsageError
from airflow_control_plane.model.problem import Problem
from airflow_control_plane.model.scan import Scan
from airflow_control_plane.settings.settings_file import Settings, SyncSettings, load_settings
from airflow_control_plane.sync.status import Status, added
from airflow_control_plane.sync.status_server import Board
from airflow_control_plane.sync.synchronizer import Synchronizer

_MAX_NAMES_LOGGED = 20
_REPEAT_ERROR_SECONDS = 300

log = logging.getLogger(__name__)


def deletion_policy(settings: SyncSettings) -> DeletionPolicy:
    return DeletionPolicy(allow_empty=settings.allow_empty, atomic_source=settings.atomic_source)


class WatchedSettings:
    """The settings file as it is now; while it is broken, as it was last good."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._look: Signature | None = None
        self.current = Settings()
        self.error = ""
        if path is not None:
            self._look = self._signature()
            self.current = load_settings(path)

    def refresh(self) -> None:
        """Reads the file again if it changed. Raises UsageError once for each broken version of it."""
        look = self._signature()
        if look == self._look:
            return
        self._look = look
        try:
            self.current, self.error = load_settings(self._path), ""
        except UsageError as error:
            self.error = str(error)
            raise
        log.info("settings read again from %s", self._path)

    def _signature(self) -> Signature | None:
        if self._path is None:
            return None
        try:
            return signature(os.stat(self._path))
        except OSError:
            return None


class SyncLoop:
    """Calls the synchronizer for ever and pins what came out on the board. Nothing but a signal ends it."""

    def __init__(self, synchronizer: Synchronizer, settings: WatchedSettings, board: Board, allow_empty: bool) -> None:
        self._synchronizer = synchronizer
        self._settings = settings
        self._board = board
        self._allow_empty = allow_empty
        self._scan: Scan | None = None
        self._policy: DeletionPolicy | None = None
        self._last_full_pass = -math.inf
        self._next_error_log = 0.0
        self._is_due = True
        self._problems: frozenset[Problem] = frozenset()
        self._notices: dict[str, float] = {}

    def run(self) -> NoReturn:
        while True:
            self.tick()
            time.sleep(self._settings.current.sync.watch_seconds)

    def tick(self) -> None:
        """One look, and a pass if it is due."""
        self._board.beat()
        try:
            self._refresh_settings()
            self._look()
        except ControlPlaneError as error:
            self._failed(str(error))
        except Exception as error:
            self._failed(f"unexpected {type(error).__name__}: {error}", with_traceback=True)

    def _look(self) -> None:
        sync = self._settings.current.sync
        policy = deletion_policy(sync)
        policy = replace(policy, allow_empty=policy.allow_empty or self._allow_empty)
        started = time.monotonic()
        is_full_pass = started - self._last_full_pass >= sync.interval_seconds
        scan = self._synchronizer.scan(self._settings.current.jobs)
        if is_full_pass or self._is_due or scan is not self._scan or policy != self._policy:
            self._pass(scan, policy, is_full_pass)
            if is_full_pass:
                self._last_full_pass = started

    def _refresh_settings(self) -> None:
        try:
            self._settings.refresh()
        except UsageError as error:
            log.error("%s; the last good settings stay in force", error)
        if self._board.status.settings_error != self._settings.error:
            self._board.status = replace(self._board.status, settings_error=self._settings.error)

    def _pass(self, scan: Scan, policy: DeletionPolicy, is_full_pass: bool) -> None:
        started = time.monotonic()
        outcome = self._synchronizer.run(scan, policy, is_full_pass=is_full_pass)
        self._scan, self._policy = scan, policy
        # A source that is not atomic is looked at again until what is gone has been gone for long enough.
        self._is_due = bool(scan.incomplete) or bool(outcome.plan.of(Action.HOLD) and not policy.atomic_source)
        self._next_error_log = 0.0
        now, before = time.time(), self._board.status
        if before.outcome is None:
            seconds = self._settings.current.sync.watch_seconds
            log.info("%d job(s) in %s; a look every %g s", len(outcome.plan.jobs), before.dags_dir, seconds)
        self._report(outcome.plan, scan)
        self._board.status = replace(
            before,
            outcome=outcome,
            error="",
            last_attempt=now,
            last_success=before.last_success if scan.incomplete else now,
            duration=time.monotonic() - started,
            changes=added(before.changes, outcome.plan),
        )

    def _report(self, plan: Plan, scan: Scan) -> None:
        for action in (Action.CREATE, Action.UPDATE, Action.DELETE):
            if steps := plan.of(action):
                log.info("%s", summary(action, [step.filename for step in steps]))
        problems = frozenset(plan.problems)
        for problem in sorted(problems - self._problems):
            (log.error if problem.is_error else log.warning)("%s", problem)
        if self._problems and not problems:
            log.info("no problems any more")
        self._problems = problems
        notices = {f"nothing is removed for now: {reason}": logging.ERROR for reason in scan.incomplete}
        if held := plan.of(Action.HOLD):
            notices[f"{summary(Action.HOLD, [step.filename for step in held])}: {held[0].reason}"] = logging.WARNING
        self._remind(notices)

    def _remind(self, notices: Mapping[str, int]) -> None:
        """Logs what holds for many passes when it is new, and again from time to time. Levels by message."""
        now = time.monotonic()
        self._notices = {notice: logged for notice, logged in self._notices.items() if notice in notices}
        for notice, level in notices.items():
            if now - self._notices.get(notice, -math.inf) >= _REPEAT_ERROR_SECONDS:
                log.log(level, "%s", notice)
                self._notices[notice] = now

    def _failed(self, error: str, with_traceback: bool = False) -> None:
        before = self._board.status
        if error != before.error or time.monotonic() >= self._next_error_log:
            log.error("sync failed, what is published stays: %s", error, exc_info=with_traceback)
            self._next_error_log = time.monotonic() + _REPEAT_ERROR_SECONDS
        self._is_due = True
        self._board.status = replace(before, error=error, last_attempt=time.time(), failures=before.failures + 1)


def summary(action: Action, names: list[str]) -> str:
    shown = ", ".join(names[:_MAX_NAMES_LOGGED])
    more = f" and {len(names) - _MAX_NAMES_LOGGED} more" if len(names) > _MAX_NAMES_LOGGED else ""
    return f"{action.value} {len(names)}: {shown}{more}"


def new_board(dags_dir: str) -> Board:
    return Board(Status(dags_dir))
