"""Which DAG files may go, as tables over values: no folder is touched here."""

from __future__ import annotations

from dataclasses import replace

import pytest
from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.dag_generator.deletion_guards import Candidates, DeletionPolicy, reason_to_wait
from airflow_control_plane.dag_generator.folder import Entry, Inventory, digest
from airflow_control_plane.dag_generator.generated_file import PROBLEMS_FILENAME
from airflow_control_plane.dag_generator.plan import Action, Moment, Plan, make_plan
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import Problem, Severity
from airflow_control_plane.model.catalog import Catalog

ATOMIC = DeletionPolicy()
COPIED = DeletionPolicy(atomic_source=False)
FIRST_PASS = Moment()


def job(key: str, description: str = "A job") -> DiscoveredJob:
    package, name = key.split(".")
    return DiscoveredJob(package, name, description, f"{package}/jobs/{name}.py")


def folder_of(*jobs: DiscoveredJob) -> Inventory:
    """The DAG folder after a sync of `jobs`."""
    return {job.dag_filename: Entry(job.source, digest(render_dag(job).encode()), 0) for job in jobs}


def plan(catalog: Catalog, inventory: Inventory, policy: DeletionPolicy = ATOMIC, moment: Moment = FIRST_PASS) -> Plan:
    return make_plan(catalog, inventory, policy, moment)


def actions(plan: Plan) -> list[tuple[str, str]]:
    return [(step.action.value, step.filename) for step in plan.steps]


def passes(catalog: Catalog, inventory: Inventory, policy: DeletionPolicy, *moments: tuple[float, bool]) -> list[str]:
    """What happens to the first file in passes at these seconds, each a full one or only a look."""
    earlier, seen = Candidates(), []
    for now, is_full in moments:
        outcome = plan(catalog, inventory, policy, Moment(now, is_full, earlier))
        earlier = outcome.candidates
        seen.append(outcome.steps[0].action.value)
    return seen


EIGHT = [job(f"shop.job_{number}") for number in range(8)]
FULL, LOOK = True, False


def test_a_folder_in_step_needs_no_step() -> None:
    assert plan(Catalog(tuple(EIGHT)), folder_of(*EIGHT)).steps == ()


def test_steps_come_sorted_by_file_name() -> None:
    changed = replace(EIGHT[3], description="Changed")
    outcome = plan(Catalog((changed, job("shop.a"), job("shop.z"))), folder_of(EIGHT[3], job("shop.gone")))
    assert actions(outcome) == [
        ("create", "shop_a_dag.py"),
        ("delete", "shop_gone_dag.py"),
        ("update", "shop_job_3_dag.py"),
        ("create", "shop_z_dag.py"),
    ]


@pytest.mark.parametrize(
    ("owned", "gone", "waits"),
    [
        pytest.param(5, 4, False, id="four_of_five"),
        pytest.param(6, 5, False, id="five_of_six"),
        pytest.param(7, 6, True, id="six_of_seven"),
        pytest.param(23, 6, True, id="six_of_23_is_more_than_a_quarter"),
        pytest.param(24, 6, False, id="six_of_24_is_a_quarter"),
        pytest.param(400, 100, False, id="a_hundred_of_400_is_a_quarter"),
        pytest.param(400, 101, True, id="101_of_400_is_more"),
    ],
)
def test_a_mass_is_more_than_five_and_more_than_a_quarter(owned: int, gone: int, waits: bool) -> None:
    names = frozenset(f"file_{number}" for number in range(gone))
    reason = reason_to_wait(Candidates(names, 0, 1), owned, owned - gone, ATOMIC, 0)
    assert (reason is not None) == waits
    if reason:
        assert reason.startswith(f"{gone} of {owned} DAGs at once; seen in 1 of 3 full passes")


@pytest.mark.parametrize(
    ("policy", "moments", "expected"),
    [
        pytest.param(ATOMIC, [(0, FULL), (5, FULL), (10, FULL)], ["hold", "hold", "delete"], id="three_full_passes"),
        pytest.param(ATOMIC, [(0, LOOK), (1, LOOK), (2, LOOK), (3, FULL)], ["hold"] * 4, id="looks_do_not_count"),
        pytest.param(
            ATOMIC, [(0, FULL), (1, LOOK), (2, FULL), (3, LOOK), (4, FULL)], ["hold"] * 4 + ["delete"], id="mixed"
        ),
        pytest.param(DeletionPolicy(allow_mass=True), [(0, FULL)], ["delete"], id="allowed"),
    ],
)
def test_a_mass_deletion_waits_for_three_full_passes(
    policy: DeletionPolicy, moments: list[tuple[float, bool]], expected: list[str]
) -> None:
    assert passes(Catalog((job("other.one"),)), folder_of(job("other.one"), *EIGHT), policy, *moments) == expected


def test_a_mass_deletion_starts_anew_when_it_changes() -> None:
    inventory = folder_of(job("other.one"), *EIGHT)
    first = plan(Catalog((job("other.one"),)), inventory, ATOMIC, Moment(0, FULL))
    second = plan(Catalog((job("other.one"), EIGHT[0])), inventory, ATOMIC, Moment(5, FULL, first.candidates))
    third = plan(Catalog((job("other.one"),)), inventory, ATOMIC, Moment(10, FULL, second.candidates))
    assert second.candidates.full_passes == third.candidates.full_passes == 1
    assert third.of(Action.HOLD)


def test_a_mass_deletion_starts_anew_after_an_incomplete_scan() -> None:
    inventory = folder_of(job("other.one"), *EIGHT)
    catalog = Catalog((job("other.one"),))
    first = plan(catalog, inventory, ATOMIC, Moment(0, FULL))
    broken = plan(replace(catalog, incomplete=("a reason",)), inventory, ATOMIC, Moment(5, FULL, first.candidates))
    assert broken.candidates == Candidates()


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        pytest.param([(0, LOOK)], ["hold"], id="one_look"),
        pytest.param([(0, LOOK), (9.9, FULL)], ["hold", "hold"], id="too_soon"),
        pytest.param([(0, LOOK), (10, LOOK)], ["hold", "delete"], id="ten_seconds"),
        pytest.param([(1000, LOOK), (1010, LOOK)], ["hold", "delete"], id="seconds_since_it_was_seen_first"),
    ],
)
def test_a_source_that_is_copied_must_rest_before_a_dag_goes(
    moments: list[tuple[float, bool]], expected: list[str]
) -> None:
    assert passes(Catalog((EIGHT[0],)), folder_of(EIGHT[0], EIGHT[1]), COPIED, *moments) == expected


def test_a_source_that_is_copied_is_looked_at_anew_when_one_more_file_goes() -> None:
    inventory = folder_of(*EIGHT[:4])
    first = plan(Catalog(tuple(EIGHT[:3])), inventory, COPIED, Moment(0, LOOK))
    second = plan(Catalog(tuple(EIGHT[:2])), inventory, COPIED, Moment(10, LOOK, first.candidates))
    third = plan(Catalog(tuple(EIGHT[:2])), inventory, COPIED, Moment(20, LOOK, second.candidates))
    assert [len(outcome.of(Action.DELETE)) for outcome in (first, second, third)] == [0, 0, 2]


def test_no_job_at_all_removes_nothing_however_often_it_is_seen() -> None:
    assert (
        passes(Catalog(), folder_of(EIGHT[0]), ATOMIC, *[(second, FULL) for second in range(0, 100, 5)]) == ["hold"] * 20
    )


def test_no_job_at_all_removes_the_last_one_when_that_is_allowed() -> None:
    assert passes(Catalog(), folder_of(EIGHT[0]), DeletionPolicy(allow_empty=True), (0, FULL)) == ["delete"]


def test_no_job_at_all_does_not_override_the_guard_against_a_mass_deletion() -> None:
    assert passes(Catalog(), folder_of(*EIGHT), DeletionPolicy(allow_empty=True), (0, FULL)) == ["hold"]


@pytest.mark.parametrize("policy", [ATOMIC, COPIED, DeletionPolicy(allow_empty=True, allow_mass=True)])
def test_an_incomplete_scan_adds_and_updates_and_removes_nothing(policy: DeletionPolicy) -> None:
    catalog = Catalog((job("shop.new"), replace(EIGHT[0], description="Changed")), incomplete=("a folder cannot be read",))
    outcome = plan(catalog, folder_of(EIGHT[0], EIGHT[1]), policy, Moment(1000, FULL, Candidates(frozenset(), 0, 9)))
    assert actions(outcome) == [
        ("update", "shop_job_0_dag.py"),
        ("hold", "shop_job_1_dag.py"),
        ("create", "shop_new_dag.py"),
    ]
    assert outcome.of(Action.HOLD)[0].reason == "the packages could not be read whole"


@pytest.mark.parametrize("path", ["shop/jobs/job_0.py", "shop/jobs", "shop"])
def test_a_problem_of_a_file_or_of_a_folder_above_keeps_the_last_dag(path: str) -> None:
    problem = Problem(path, 0, 0, "some-code", "is wrong")
    outcome = plan(Catalog((job("other.one"),), problems=(problem,)), folder_of(job("other.one"), EIGHT[0]))
    assert ("keep", "shop_job_0_dag.py") in actions(outcome)
    assert outcome.of(Action.KEEP)[0].reason == f"{path} has a problem [some-code]"


@pytest.mark.parametrize("path", ["shop/jobs/job_00.py", "sho", "shop/jobs/job_0", "other"])
def test_a_problem_elsewhere_keeps_nothing(path: str) -> None:
    problem = Problem(path, 0, 0, "some-code", "is wrong")
    outcome = plan(Catalog((job("other.one"),), problems=(problem,)), folder_of(job("other.one"), EIGHT[0]))
    assert ("delete", "shop_job_0_dag.py") in actions(outcome)


def test_a_warning_keeps_nothing_and_makes_no_problems_file() -> None:
    warning = Problem("shop/jobs/job_0.py", 1, 1, "job-imported", "is imported", Severity.WARNING)
    outcome = plan(Catalog((job("other.one"),), problems=(warning,)), folder_of(job("other.one"), EIGHT[0]))
    assert actions(outcome) == [("delete", "shop_job_0_dag.py")]


def test_kept_files_do_not_count_as_a_mass() -> None:
    problem = Problem("shop", 0, 0, "link-outside-root", "is a link")
    outcome = plan(Catalog((job("other.one"),), problems=(problem,)), folder_of(job("other.one"), *EIGHT))
    assert len(outcome.of(Action.KEEP)) == 8
    assert not outcome.of(Action.HOLD, Action.DELETE)


def test_the_problems_file_is_no_dag_that_counts_or_waits() -> None:
    inventory = {**folder_of(EIGHT[0]), PROBLEMS_FILENAME: Entry("all packages", b"", 0)}
    assert actions(plan(Catalog((EIGHT[0],)), inventory)) == [("delete", PROBLEMS_FILENAME)]
