"""The sidecar's loop: a look every few seconds, a pass as soon as anything changed, a full pass from time to time."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn

from airflow_control_plane.dag_generator.deletion_guards import DeletionPolicy
from airflow_control_plane.dag_generator.plan import PENDING, Action, Plan
from airflow_control_plane.model.catalog import Catalog
from airflow_control_plane.model.errors import ControlPlaneError
from airflow_control_plane.model.problem import Problem
from airflow_control_plane.sync.status import Board, added
from airflow_control_plane.sync.synchronizer import Synchronizer, deletion_policy
from airflow_control_plane.sync.watched_settings import WatchedSettings

_MAX_NAMES_LOGGED = 20
_REMIND_SECONDS = 300

log = logging.getLogger(__name__)


class SyncLoop:
    """Calls the synchronizer forever and posts the result on the board. Only a signal ends it."""

    def __init__(self, synchronizer: Synchronizer, settings: WatchedSettings, board: Board, allow_empty: bool) -> None:
        self._synchronizer = synchronizer
        self._settings = settings
        self._board = board
        self._allow_empty = allow_empty
        self._last_input: tuple[Catalog, DeletionPolicy] | None = None
        self._last_full_pass = -math.inf
        self._is_due = True
        self._problems: frozenset[Problem] = frozenset()
        self._reminders: dict[str, float] = {}

    def run(self) -> NoReturn:
        while True:
            self.tick()
            time.sleep(self._settings.current.sync.watch_seconds)

    def tick(self) -> None:
        """One look, and a pass if it is due."""
        self._board.beat()
        try:
            self._settings.refresh()
            if self._board.status.settings_error != self._settings.error:
                self._board.status = replace(self._board.status, settings_error=self._settings.error)
            self._look()
        except ControlPlaneError as error:
            self._failed(str(error))
        except Exception as error:
            self._failed(f"unexpected {type(error).__name__}: {error}", with_traceback=True)

    def _look(self) -> None:
        settings = self._settings.current
        policy = deletion_policy(settings.sync, allow_empty=self._allow_empty)
        started = time.monotonic()
        is_full_pass = started - self._last_full_pass >= settings.sync.interval_seconds
        catalog = self._synchronizer.catalog(settings.deployment)
        before = self._last_input
        is_changed = before is None or before[0] is not catalog or before[1] != policy
        if is_full_pass or self._is_due or is_changed:
            self._pass(catalog, policy, is_full_pass)
            if is_full_pass:
                self._last_full_pass = started

    def _pass(self, catalog: Catalog, policy: DeletionPolicy, is_full_pass: bool) -> None:
        started = time.monotonic()
        result = self._synchronizer.run(catalog, policy, is_full_pass=is_full_pass)
        self._last_input = (catalog, policy)
        # If the source is not atomic, look again until the files have been missing for long enough.
        self._is_due = bool(catalog.incomplete) or bool(result.plan.of(Action.HOLD) and not policy.atomic_source)
        now, before = time.time(), self._board.status
        if before.result is None:
            seconds = self._settings.current.sync.watch_seconds
            log.info("%d job(s) in %s; checking every %g s", len(result.plan.jobs), before.dags_dir, seconds)
        self._report(result.plan, catalog)
        self._board.status = replace(
            before,
            result=result,
            error="",
            last_attempt=now,
            last_success=before.last_success if catalog.incomplete else now,
            duration=time.monotonic() - started,
            changes=added(before.changes, result.plan),
        )

    def _report(self, plan: Plan, catalog: Catalog) -> None:
        for action in PENDING:
            if steps := plan.of(action):
                log.info("%s", _summary(action, [step.filename for step in steps]))
        problems = frozenset(plan.problems)
        for problem in sorted(problems - self._problems):
            (log.error if problem.is_error else log.warning)("%s", problem)
        if self._problems and not problems:
            log.info("all problems are solved")
        self._problems = problems
        reminders = {f"nothing is deleted for now: {reason}": logging.ERROR for reason in catalog.incomplete}
        if held := plan.of(Action.HOLD):
            reminders[f"{_summary(Action.HOLD, [step.filename for step in held])}: {held[0].reason}"] = logging.WARNING
        self._remind(reminders)

    def _failed(self, error: str, with_traceback: bool = False) -> None:
        self._remind({f"sync failed, the DAG folder stays as it is: {error}": logging.ERROR}, with_traceback)
        self._is_due = True
        before = self._board.status
        self._board.status = replace(before, error=error, last_attempt=time.time(), failures=before.failures + 1)

    def _remind(self, reminders: Mapping[str, int], with_traceback: bool = False) -> None:
        """Logs messages, given with their levels, that hold for many passes: once when new, then from time to time."""
        now = time.monotonic()
        self._reminders = {message: logged for message, logged in self._reminders.items() if message in reminders}
        for message, level in reminders.items():
            if now - self._reminders.get(message, -math.inf) >= _REMIND_SECONDS:
                log.log(level, "%s", message, exc_info=with_traceback)
                self._reminders[message] = now


def _summary(action: Action, names: list[str]) -> str:
    shown = ", ".join(names[:_MAX_NAMES_LOGGED])
    more = f" and {len(names) - _MAX_NAMES_LOGGED} more" if len(names) > _MAX_NAMES_LOGGED else ""
    return f"{action.value} {len(names)}: {shown}{more}"
