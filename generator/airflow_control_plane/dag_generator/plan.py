"""What has to happen to the DAG folder. A pure decision: nothing here reads or writes a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial

from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.dag_generator.deletion_guards import Candidates, DeletionPolicy, reason_to_wait
from airflow_control_plane.dag_generator.folder import Inventory, digest
from airflow_control_plane.dag_generator.generated_file import ALL_PACKAGES, PROBLEMS_FILENAME, render_problems
from airflow_control_plane.model.catalog import Catalog
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import Problem, errors_of


class Action(str, Enum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"  # the job's file has a problem: its last DAG stays
    HOLD = "hold"  # the job is gone, but a guard waits to be sure


PENDING = (Action.CREATE, Action.UPDATE, Action.DELETE)

# The files that should be in the DAG folder: by name, the source and what renders the text when it is needed.
Wanted = dict[str, tuple[str, Callable[[], str]]]


@dataclass(frozen=True, slots=True)
class Step:
    """A file that is to change, or that stays for a `reason`. `render` gives the text of a new or changed file."""

    action: Action
    filename: str
    source: str
    reason: str = ""
    render: Callable[[], str] = str


@dataclass(frozen=True, slots=True)
class Plan:
    """`jobs` have a DAG once the steps are done. `problems` includes those found in the DAG folder."""

    jobs: tuple[DiscoveredJob, ...]
    problems: tuple[Problem, ...]
    steps: tuple[Step, ...]
    candidates: Candidates

    def of(self, *actions: Action) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.action in actions)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Name and text of every file to write."""
        return ((step.filename, step.render()) for step in self.of(Action.CREATE, Action.UPDATE))


@dataclass(frozen=True, slots=True)
class Moment:
    """What a plan needs to know about earlier passes. `now` is in monotonic seconds."""

    now: float = 0.0
    is_full_pass: bool = True
    earlier: Candidates = Candidates()


def make_plan(catalog: Catalog, inventory: Inventory, policy: DeletionPolicy, moment: Moment) -> Plan:
    """Compares the jobs that were found with the files that are there."""
    candidates_for_dags = [*catalog.jobs, *_owners(catalog.contested, inventory)]
    foreign = {name for name, entry in inventory.items() if not entry.is_ours}
    jobs = tuple(job for job in candidates_for_dags if job.dag_filename not in foreign)
    in_the_way = (_foreign(job) for job in candidates_for_dags if job.dag_filename in foreign)
    problems = tuple(sorted({*catalog.problems, *in_the_way}))

    wanted: Wanted = {job.dag_filename: (job.source, partial(render_dag, job)) for job in jobs}
    if (errors := errors_of(problems)) and PROBLEMS_FILENAME not in foreign:
        wanted[PROBLEMS_FILENAME] = (ALL_PACKAGES, partial(render_problems, errors))

    kept, orphans = _split_orphans(catalog.problems, inventory, wanted)
    removals, candidates = _removals(catalog, inventory, orphans, policy, moment)
    steps = sorted([*_updates(wanted, inventory), *kept, *removals], key=lambda step: step.filename)
    return Plan(jobs, problems, tuple(steps), candidates)


def _owners(contested: Iterable[DiscoveredJob], inventory: Inventory) -> Iterator[DiscoveredJob]:
    """Among jobs that share a DAG id, the one that already has the DAG keeps it."""
    for job in contested:
        entry = inventory.get(job.dag_filename)
        if entry and entry.source == job.source:
            yield job


def _foreign(job: DiscoveredJob) -> Problem:
    message = f"{job.dag_filename} in the DAG folder was not generated, so it is not overwritten; move it away"
    return Problem(job.source, 0, 0, "foreign-file", message)


def _updates(wanted: Wanted, inventory: Inventory) -> Iterator[Step]:
    for name, (source, render) in wanted.items():
        entry = inventory.get(name)
        if entry is None:
            yield Step(Action.CREATE, name, source, render=render)
        elif entry.digest != digest(render().encode()):
            yield Step(Action.UPDATE, name, source, render=render)


def _split_orphans(
    problems: Iterable[Problem], inventory: Inventory, wanted: Wanted
) -> tuple[list[Step], frozenset[str]]:
    """Our files that nothing asks for: those kept because their source has a problem, and the names of the others."""
    codes = {problem.path: problem.code for problem in errors_of(problems)}
    kept, orphans = [], []
    for name, entry in inventory.items():
        if entry.source is None or name in wanted:
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
    catalog: Catalog, inventory: Inventory, orphans: frozenset[str], policy: DeletionPolicy, moment: Moment
) -> tuple[list[Step], Candidates]:
    """Deletes orphans, or holds them while a guard asks to wait. The problems file is not a DAG: no guard holds it."""
    reason: str | None = None
    dags = orphans - {PROBLEMS_FILENAME}
    if catalog.incomplete:
        reason, candidates = "the packages could not be read completely", Candidates()
    else:
        owned = sum(entry.is_ours for name, entry in inventory.items() if name != PROBLEMS_FILENAME)
        candidates = moment.earlier.seen_again(dags, moment.now, moment.is_full_pass)
        if dags:
            reason = reason_to_wait(candidates, owned, len(catalog.jobs), policy, moment.now)
    return [
        Step(
            Action.HOLD if reason and name in dags else Action.DELETE, name, inventory[name].source or "", reason or ""
        )
        for name in orphans
    ], candidates
