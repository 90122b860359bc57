"""What has to happen to the DAG folder, decided from values alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.dag_generator.deletion_guards import Candidates, DeletionPolicy, reason_to_wait
from airflow_control_plane.dag_generator.folder import Inventory, digest
from airflow_control_plane.dag_generator.generated_file import ALL_PACKAGES, PROBLEMS_FILENAME, render_problems
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import Problem, errors_of
from airflow_control_plane.model.scan import Scan


class Action(str, Enum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"  # the job's file has a problem: its last DAG stays
    HOLD = "hold"  # the job is gone, but a guard wants to be sure


PENDING = (Action.CREATE, Action.UPDATE, Action.DELETE)


@dataclass(frozen=True, slots=True)
class Step:
    """One file of the DAG folder that is not simply as it should be.

    `reason` says why it is kept or held; `job` is what it is rendered from, None for the problems file.
    """

    action: Action
    filename: str
    source: str
    reason: str = ""
    job: DiscoveredJob | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`jobs` have a DAG once the steps are done; `problems` are the scan's and those found in the DAG folder."""

    jobs: tuple[DiscoveredJob, ...]
    problems: tuple[Problem, ...]
    steps: tuple[Step, ...]
    candidates: Candidates

    def of(self, *actions: Action) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.action in actions)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a plan needs to know of the passes before it. `now` in monotonic seconds."""

    now: float = 0.0
    is_full_pass: bool = True
    earlier: Candidates = Candidates()


def make_plan(scan: Scan, inventory: Inventory, policy: DeletionPolicy, moment: Moment) -> Plan:
    """Compares the jobs that were found with the files that are there."""
    wanted = {job.dag_filename: job for job in _with_owners(scan, inventory)}
    in_the_way = tuple(
        _foreign(job) for name, job in wanted.items() if name in inventory and not inventory[name].is_ours
    )
    blocked = {problem.path for problem in in_the_way}
    jobs = tuple(job for job in wanted.values() if job.source not in blocked)
    problems = tuple(sorted({*scan.problems, *in_the_way}))
    kept, orphans = _split_orphans(scan, inventory, wanted)
    removals, candidates = _removals(scan, inventory, orphans, policy, moment)
    steps = [*_updates(jobs, inventory), *_problems_file(errors_of(problems), inventory), *kept, *removals]
    return Plan(jobs, problems, tuple(sorted(steps, key=lambda step: step.filename)), candidates)


def _with_owners(scan: Scan, inventory: Inventory) -> Iterator[DiscoveredJob]:
    """Of jobs that contest a DAG id, the one that has the DAG already keeps it."""
    yield from scan.jobs
    for job in scan.contested:
        entry = inventory.get(job.dag_filename)
        if entry and entry.source == job.source:
            yield job


def _foreign(job: DiscoveredJob) -> Problem:
    message = f"{job.dag_filename} in the DAG folder was not generated, so it is not overwritten; move it away"
    return Problem(job.source, 0, 0, "foreign-file", message)


def _updates(jobs: tuple[DiscoveredJob, ...], inventory: Inventory) -> Iterator[Step]:
    for job in jobs:
        entry = inventory.get(job.dag_filename)
        if entry is None:
            yield Step(Action.CREATE, job.dag_filename, job.source, job=job)
        elif entry.digest != digest(render_dag(job).encode()):
            yield Step(Action.UPDATE, job.dag_filename, job.source, job=job)


def _problems_file(errors: tuple[Problem, ...], inventory: Inventory) -> Iterator[Step]:
    entry = inventory.get(PROBLEMS_FILENAME)
    if entry and not entry.is_ours:
        return
    if errors and entry is None:
        yield Step(Action.CREATE, PROBLEMS_FILENAME, ALL_PACKAGES)
    elif errors and entry and entry.digest != digest(render_problems(errors).encode()):
        yield Step(Action.UPDATE, PROBLEMS_FILENAME, ALL_PACKAGES)
    elif entry and not errors:
        yield Step(Action.DELETE, PROBLEMS_FILENAME, ALL_PACKAGES)


def _split_orphans(
    scan: Scan, inventory: Inventory, wanted: dict[str, DiscoveredJob]
) -> tuple[list[Step], frozenset[str]]:
    """Our files that no job wants: those kept because of a problem of their source, and the names of the others."""
    codes = {problem.path: problem.code for problem in errors_of(scan.problems)}
    kept, orphans = [], []
    for name, entry in inventory.items():
        if entry.source is None or name in wanted or name == PROBLEMS_FILENAME:
            continue
        place = next((path for path in _self_and_parents(entry.source) if path in codes), None)
        if place is None:
            orphans.append(name)
        else:
            kept.append(Step(Action.KEEP, name, entry.source, f"{place} has a problem [{codes[place]}]"))
    return kept, frozenset(orphans)


def _self_and_parents(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _removals(
    scan: Scan, inventory: Inventory, orphans: frozenset[str], policy: DeletionPolicy, moment: Moment
) -> tuple[list[Step], Candidates]:
    reason: str | None
    if scan.incomplete:
        reason, candidates = "the packages could not be read whole", Candidates()
    else:
        owned = sum(entry.is_ours for name, entry in inventory.items() if name != PROBLEMS_FILENAME)
        candidates = moment.earlier.seen_again(orphans, moment.now, moment.is_full_pass)
        reason = reason_to_wait(candidates, owned, len(scan.jobs), policy, moment.now) if orphans else None
    action = Action.HOLD if reason else Action.DELETE
    return [Step(action, name, inventory[name].source or "", reason or "") for name in orphans], candidates
