"""Which DAG files are deleted, kept or held back, decided from values alone: no test here touches a folder."""

from __future__ import annotations

from dataclasses import replace

import pytest
from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.dag_generator.deletion_guards import Candidates, DeletionPolicy, reason_to_wait
from airflow_control_plane.dag_generator.folder import Entry, Inventory, digest
from airflow_control_plane.dag_generator.generated_file import PROBLEMS_FILENAME
from airflow_control_plane.dag_generator.plan import Action, Moment, Plan, make_plan
from airflow_control_plane.model.catalog import Catalog
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import Problem, Severity

ATOMIC = DeletionPolicy()
NOT_ATOMIC = DeletionPolicy(atomic_source=False)
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
    """What happens to the first file in each of several passes, given as (second, is it a full pass)."""
    earlier, seen = Candidates(), []
    for now, is_full in moments:
        found = plan(catalog, inventory, policy, Moment(now, is_full, earlier))
        earlier = found.candidates
        seen.append(found.steps[0].action.value)
    return seen


EIGHT = [job(f"shop.job_{number}") for number in range(8)]
PROBLEMS_FILE = {PROBLEMS_FILENAME: Entry("all packages", b"", 0)}
FULL, QUICK = True, False


def test_a_folder_that_is_up_to_date_needs_no_step() -> None:
    assert plan(Catalog(tuple(EIGHT)), folder_of(*EIGHT)).steps == ()


def test_steps_are_sorted_by_file_name() -> None:
    changed = replace(EIGHT[3], description="Changed")
    found = plan(Catalog((changed, job("shop.a"), job("shop.z"))), folder_of(EIGHT[3], job("shop.gone")))
    assert actions(found) == [
        ("create", "shop_a_dag.py"),
        ("delete", "shop_gone_dag.py"),
        ("update", "shop_job_3_dag.py"),
        ("create", "shop_z_dag.py"),
    ]


@pytest.mark.parametrize(
    ("owned", "gone", "waits"),
    [
        pytest.param(5, 4, False, id="4_of_5_is_not_more_than_5"),
        pytest.param(6, 5, False, id="5_of_6_is_not_more_than_5"),
        pytest.param(7, 6, True, id="6_of_7_is_a_mass"),
        pytest.param(23, 6, True, id="6_of_23_is_more_than_a_quarter"),
        pytest.param(24, 6, False, id="6_of_24_is_exactly_a_quarter"),
        pytest.param(400, 100, False, id="100_of_400_is_exactly_a_quarter"),
        pytest.param(400, 101, True, id="101_of_400_is_more_than_a_quarter"),
    ],
)
def test_a_mass_deletion_is_more_than_five_files_and_more_than_a_quarter(owned: int, gone: int, waits: bool) -> None:
    names = frozenset(f"file_{number}" for number in range(gone))
    reason = reason_to_wait(Candidates(names, 0, 1), owned, owned - gone, ATOMIC, 0)
    assert (reason is not None) == waits
    if reason:
        assert reason.startswith(f"{gone} of {owned} DAGs would be deleted at once; seen in 1 of 3 full passes")


@pytest.mark.parametrize(
    ("policy", "moments", "expected"),
    [
        pytest.param(ATOMIC, [(0, FULL), (5, FULL), (10, FULL)], ["hold", "hold", "delete"], id="three_full_passes"),
        pytest.param(
            ATOMIC, [(0, QUICK), (1, QUICK), (2, QUICK), (3, FULL)], ["hold"] * 4, id="quick_passes_do_not_count"
        ),
        pytest.param(
            ATOMIC,
            [(0, FULL), (1, QUICK), (2, FULL), (3, QUICK), (4, FULL)],
            ["hold"] * 4 + ["delete"],
            id="full_and_quick_passes",
        ),
        pytest.param(DeletionPolicy(allow_mass=True), [(0, FULL)], ["delete"], id="allowed_at_once"),
    ],
)
def test_a_mass_deletion_waits_for_three_full_passes(
    policy: DeletionPolicy, moments: list[tuple[float, bool]], expected: list[str]
) -> None:
    assert passes(Catalog((job("other.one"),)), folder_of(job("other.one"), *EIGHT), policy, *moments) == expected


def test_the_count_of_full_passes_starts_again_when_the_mass_deletion_changes() -> None:
    inventory = folder_of(job("other.one"), *EIGHT)
    first = plan(Catalog((job("other.one"),)), inventory, ATOMIC, Moment(0, FULL))
    second = plan(Catalog((job("other.one"), EIGHT[0])), inventory, ATOMIC, Moment(5, FULL, first.candidates))
    third = plan(Catalog((job("other.one"),)), inventory, ATOMIC, Moment(10, FULL, second.candidates))
    assert second.candidates.full_passes == third.candidates.full_passes == 1
    assert third.of(Action.HOLD)


def test_the_count_of_full_passes_starts_again_after_an_incomplete_scan() -> None:
    inventory = folder_of(job("other.one"), *EIGHT)
    catalog = Catalog((job("other.one"),))
    first = plan(catalog, inventory, ATOMIC, Moment(0, FULL))
    broken = plan(replace(catalog, incomplete=("a reason",)), inventory, ATOMIC, Moment(5, FULL, first.candidates))
    assert broken.candidates == Candidates()


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        pytest.param([(0, QUICK)], ["hold"], id="first_pass"),
        pytest.param([(0, QUICK), (9.9, FULL)], ["hold", "hold"], id="after_9.9_seconds"),
        pytest.param([(0, QUICK), (10, QUICK)], ["hold", "delete"], id="after_10_seconds"),
        pytest.param([(1000, QUICK), (1010, QUICK)], ["hold", "delete"], id="counted_from_the_first_pass"),
    ],
)
def test_a_dag_of_a_source_that_is_not_atomic_is_deleted_only_after_ten_seconds(
    moments: list[tuple[float, bool]], expected: list[str]
) -> None:
    assert passes(Catalog((EIGHT[0],)), folder_of(EIGHT[0], EIGHT[1]), NOT_ATOMIC, *moments) == expected


def test_the_ten_seconds_start_again_when_one_more_file_disappears() -> None:
    inventory = folder_of(*EIGHT[:4])
    first = plan(Catalog(tuple(EIGHT[:3])), inventory, NOT_ATOMIC, Moment(0, QUICK))
    second = plan(Catalog(tuple(EIGHT[:2])), inventory, NOT_ATOMIC, Moment(10, QUICK, first.candidates))
    third = plan(Catalog(tuple(EIGHT[:2])), inventory, NOT_ATOMIC, Moment(20, QUICK, second.candidates))
    assert [len(found.of(Action.DELETE)) for found in (first, second, third)] == [0, 0, 2]


def test_packages_without_any_job_delete_nothing_however_often_they_are_seen() -> None:
    moments = [(second, FULL) for second in range(0, 100, 5)]
    assert passes(Catalog(), folder_of(EIGHT[0]), ATOMIC, *moments) == ["hold"] * 20


def test_packages_without_any_job_delete_the_last_dag_if_that_is_allowed() -> None:
    assert passes(Catalog(), folder_of(EIGHT[0]), DeletionPolicy(allow_empty=True), (0, FULL)) == ["delete"]


def test_allowing_no_jobs_does_not_allow_a_mass_deletion() -> None:
    assert passes(Catalog(), folder_of(*EIGHT), DeletionPolicy(allow_empty=True), (0, FULL)) == ["hold"]


@pytest.mark.parametrize("policy", [ATOMIC, NOT_ATOMIC, DeletionPolicy(allow_empty=True, allow_mass=True)])
def test_an_incomplete_scan_creates_and_updates_but_deletes_nothing(policy: DeletionPolicy) -> None:
    catalog = Catalog(
        (job("shop.new"), replace(EIGHT[0], description="Changed")), incomplete=("a folder cannot be read",)
    )
    found = plan(catalog, folder_of(EIGHT[0], EIGHT[1]), policy, Moment(1000, FULL, Candidates(frozenset(), 0, 9)))
    assert actions(found) == [
        ("update", "shop_job_0_dag.py"),
        ("hold", "shop_job_1_dag.py"),
        ("create", "shop_new_dag.py"),
    ]
    assert found.of(Action.HOLD)[0].reason == "the packages could not be read completely"


@pytest.mark.parametrize("path", ["shop/jobs/job_0.py", "shop/jobs", "shop"])
def test_a_problem_with_a_job_file_or_a_folder_above_it_keeps_the_last_dag(path: str) -> None:
    problem = Problem(path, 0, 0, "some-code", "is wrong")
    found = plan(Catalog((job("other.one"),), problems=(problem,)), folder_of(job("other.one"), EIGHT[0]))
    assert ("keep", "shop_job_0_dag.py") in actions(found)
    assert found.of(Action.KEEP)[0].reason == f"{path} has a problem [some-code]"


@pytest.mark.parametrize("path", ["shop/jobs/job_00.py", "sho", "shop/jobs/job_0", "other"])
def test_a_problem_with_another_file_keeps_nothing(path: str) -> None:
    problem = Problem(path, 0, 0, "some-code", "is wrong")
    found = plan(Catalog((job("other.one"),), problems=(problem,)), folder_of(job("other.one"), EIGHT[0]))
    assert ("delete", "shop_job_0_dag.py") in actions(found)


def test_a_warning_keeps_nothing_and_creates_no_problems_file() -> None:
    warning = Problem("shop/jobs/job_0.py", 1, 1, "job-imported", "is imported", Severity.WARNING)
    found = plan(Catalog((job("other.one"),), problems=(warning,)), folder_of(job("other.one"), EIGHT[0]))
    assert actions(found) == [("delete", "shop_job_0_dag.py")]


def test_kept_files_do_not_count_as_a_mass_deletion() -> None:
    problem = Problem("shop", 0, 0, "link-outside-root", "is a link")
    found = plan(Catalog((job("other.one"),), problems=(problem,)), folder_of(job("other.one"), *EIGHT))
    assert len(found.of(Action.KEEP)) == 8
    assert not found.of(Action.HOLD, Action.DELETE)


@pytest.mark.parametrize("policy", [ATOMIC, NOT_ATOMIC], ids=["atomic", "not_atomic"])
def test_the_problems_file_is_deleted_without_waiting(policy: DeletionPolicy) -> None:
    assert actions(plan(Catalog((EIGHT[0],)), {**folder_of(EIGHT[0]), **PROBLEMS_FILE}, policy)) == [
        ("delete", PROBLEMS_FILENAME)
    ]


def test_the_problems_file_does_not_count_as_a_dag() -> None:
    """With it, six of 24 would be exactly a quarter and not a mass deletion."""
    jobs = [job(f"shop.job_{number}") for number in range(23)]
    found = plan(Catalog(tuple(jobs[6:])), {**folder_of(*jobs), **PROBLEMS_FILE})
    assert len(found.of(Action.HOLD)) == 6
    assert [step.filename for step in found.of(Action.DELETE)] == [PROBLEMS_FILENAME]
