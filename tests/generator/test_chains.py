"""Jobs that run after other jobs: the schedule in their DAG files, and the chains that could never run."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from _settings import Config, job, job_text, problems, resolved
from _workspace import Workspace
from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.model.catalog import Scan
from airflow_control_plane.model.job import DeclaredJob
from airflow_control_plane.model.settings import JobConfig
from airflow_control_plane.settings.apply import apply_settings
from airflow_control_plane.settings.cycles import cycles
from airflow_control_plane.settings.deployment import Deployment
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.sampled_from("abcdefg")
GRAPHS = st.dictionaries(NAMES, st.lists(NAMES, max_size=4, unique=True)).map(
    lambda edges: {name: [other for other in others if other in edges] for name, others in edges.items()}
)


def chain(after: dict[str, object]) -> dict[str, Config]:
    """JOB_CONFIG by job, for jobs that run after others; None means no `after`."""
    return {key: {} if names is None else {"after": names} for key, names in after.items()}


def file_of(key: str, jobs: dict[str, Config]) -> str:
    catalog = resolved(jobs)
    assert not catalog.problems
    return next(render_dag(found) for found in catalog.jobs if found.key == key)


class TestDagFiles:
    def test_a_job_can_run_after_all_of_several_jobs_of_any_package(self) -> None:
        text = file_of("c.three", chain({"a.one": None, "b.two": None, "c.three": ["a.one", "b.two"]}))
        assert '    schedule=[Asset("a.one"), Asset("b.two")],\n' in text

    def test_a_job_can_run_after_any_of_several_jobs(self) -> None:
        text = file_of("c.three", chain({"a.one": None, "b.two": None, "c.three": {"any": ["a.one", "b.two"]}}))
        assert '    schedule=Asset("a.one") | Asset("b.two"),\n' in text

    @pytest.mark.parametrize("after", [["a.one"], {"any": ["a.one"]}])
    def test_all_and_any_of_one_job_are_the_same(self, after: object) -> None:
        assert '    schedule=[Asset("a.one")],\n' in file_of("b.two", chain({"a.one": None, "b.two": after}))

    def test_the_file_of_a_job_does_not_depend_on_the_jobs_that_run_after_it(self) -> None:
        alone, followed = chain({"a.one": None}), chain({"a.one": None, "b.two": ["a.one"], "b.three": ["a.one"]})
        assert file_of("a.one", alone) == file_of("a.one", followed)
        assert 'outlets=[Asset("a.one")]' in file_of("a.one", alone)


class TestUnknownNames:
    def test_are_problems_that_suggest_a_similar_name(self) -> None:
        catalog = resolved(chain({"shop.orders": None, "shop.prices": ["shop.order"], "shop.stock": ["shop.prices"]}))
        assert [str(problem) for problem in catalog.problems] == [
            "shop/jobs/prices.py:2:15: error: after: unknown job shop.order; did you mean shop.orders? [after-unknown]"
        ]
        assert [found.key for found in catalog.jobs] == ["shop.orders", "shop.stock"]

    def test_without_a_similar_name_point_to_the_list_of_jobs(self) -> None:
        jobs = {f"package.job_{number}": {} for number in range(500)}
        (problem,) = resolved({**jobs, "shop.prices": {"after": ["else.where"]}}).problems
        assert problem.message == "after: unknown job else.where; `airflow-control-plane discover` lists the jobs"

    def test_are_reported_one_by_one(self) -> None:
        catalog = resolved(chain({"a.one": ["x.y", "z.z"], "a.two": {"any": ["a.one", "x.y"]}}))
        assert problems(catalog) == [("a.one", "after-unknown")] * 2 + [("a.two", "after-unknown")]

    def test_may_come_from_the_values(self) -> None:
        catalog = resolved({"a.one": {}}, overrides={"a.one": {"after": ["b.gone"]}})
        assert [(problem.path, problem.line, problem.code) for problem in catalog.problems] == [
            ("a/jobs/one.py", 2, "after-unknown")
        ]

    def test_include_files_that_do_not_define_a_job(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        workspace.write_job("orders", text=job_text({"after": ["shop.helpers"]}))
        workspace.write_job("prices", text=job_text({"after": ["shop.borrowed"]}))
        workspace.write_job("helpers", text="# JOB is not assigned here\n")
        workspace.write_job("borrowed", text="from shop.jobs.orders import JOB\n")
        catalog = MultiPackageJobDiscovery([workspace.packages]).catalog()
        assert problems(catalog) == [
            ("shop.borrowed", "job-imported"),
            ("shop.orders", "after-unknown"),
            ("shop.prices", "after-unknown"),
        ]


class TestUpstreams:
    """What happens to a job when a job that it runs after is broken, removed or disabled."""

    FOLLOWER = job_text({"after": ["shop.orders"]})

    @pytest.fixture
    def workspace(self, tmp_path: Path) -> Workspace:
        workspace = Workspace(tmp_path)
        workspace.write_job("orders")
        workspace.write_job("prices", text=self.FOLLOWER)
        workspace.write_job("stock")
        assert workspace.sync_once().returncode == 0
        assert list(workspace.published()) == ["shop_orders_dag.py", "shop_prices_dag.py", "shop_stock_dag.py"]
        return workspace

    @pytest.mark.parametrize(
        "text", [pytest.param("JOB = (", id="syntax"), pytest.param(job_text({"retries": -1}), id="settings")]
    )
    def test_a_broken_upstream_is_not_a_problem_of_its_follower(self, workspace: Workspace, text: str) -> None:
        before = workspace.published()
        workspace.write_job("orders", text=text)
        result = workspace.sync_once()
        assert "prices" not in result.stderr
        after = workspace.published()
        assert after.pop("airflow_control_plane_problems.py")
        assert after == before

    def test_an_upstream_with_a_contested_id_is_not_a_problem_of_its_follower(self) -> None:
        scan = Scan((job("shop.prices", {"after": ["a.b_c"]}),), contested=(job("a.b_c"), job("a_b.c")))
        assert not apply_settings(scan, Deployment()).problems

    def test_a_removed_upstream_is_a_problem_and_the_follower_keeps_its_dag(self, workspace: Workspace) -> None:
        follower = workspace.published()["shop_prices_dag.py"]
        workspace.remove_job("orders")
        result = workspace.sync_once()
        assert "shop/jobs/prices.py:2:15: error: after: unknown job shop.orders; " in result.stderr
        assert "shop_orders_dag.py" not in workspace.published()
        assert workspace.published()["shop_prices_dag.py"] == follower

    def test_a_disabled_upstream_is_a_problem(self) -> None:
        jobs = chain({"a.one": None, "a.two": ["a.one"]})
        catalog = resolved(jobs, overrides={"a.one": {"enabled": False}})
        assert [problem.message for problem in catalog.problems] == [
            "after: a.one is disabled here, so this job would never run"
        ]
        assert not catalog.jobs

    def test_a_whole_chain_can_be_disabled(self) -> None:
        catalog = resolved(chain({"a.one": None, "a.two": ["a.one"]}), defaults={"enabled": False})
        assert (catalog.jobs, catalog.problems) == ((), ())


class TestCycles:
    @pytest.mark.parametrize(
        ("after", "way"),
        [
            pytest.param({"a.one": ["a.one"]}, "a.one → a.one", id="self"),
            pytest.param({"a.one": {"any": ["a.one"]}}, "a.one → a.one", id="any_self"),
            pytest.param({"b.two": ["a.one"], "a.one": ["b.two"]}, "a.one → b.two → a.one", id="two"),
            pytest.param(
                {"c.x": ["b.x"], "a.x": ["c.x"], "b.x": {"any": ["a.x", "d.x"]}, "d.x": None},
                "a.x → c.x → b.x → a.x",
                id="three",
            ),
        ],
    )
    def test_are_reported_in_full_for_each_job_in_them(self, after: dict[str, object], way: str) -> None:
        catalog = resolved(chain(after))
        members = set(way.split(" → "))
        assert {problem.message for problem in catalog.problems} == {f"after: these jobs wait for each other: {way}"}
        assert {(problem.path, problem.code) for problem in catalog.problems} == {
            (f"{key.replace('.', '/jobs/')}.py", "after-cycle") for key in members
        }
        assert {found.key for found in catalog.jobs} == set(after) - members

    def test_may_come_from_the_values(self) -> None:
        catalog = resolved(chain({"a.one": ["a.two"], "a.two": None}), overrides={"a.two": {"after": ["a.one"]}})
        assert problems(catalog) == [("a.one", "after-cycle"), ("a.two", "after-cycle")]

    def test_can_be_broken_by_the_values(self) -> None:
        catalog = resolved(chain({"a.one": ["a.two"], "a.two": ["a.one"]}), overrides={"a.two": {"after": "off"}})
        assert (len(catalog.jobs), catalog.problems) == (2, ())

    def test_do_not_include_a_job_that_runs_after_one_of_their_jobs(self) -> None:
        catalog = resolved(chain({"a.one": ["a.one"], "a.two": ["a.one"]}))
        assert problems(catalog) == [("a.one", "after-cycle")]

    def test_do_not_include_a_job_that_is_reached_in_two_ways(self) -> None:
        assert not resolved(chain({"a.d": ["a.b", "a.c"], "a.b": ["a.a"], "a.c": ["a.a"], "a.a": None})).problems

    @given(GRAPHS)
    def test_are_found_exactly_if_some_job_leads_to_itself(self, edges: dict[str, list[str]]) -> None:
        found = cycles(edges)
        for way in found:
            assert way[0] == min(way)
            assert all(after in edges[name] for name, after in zip(way, (*way[1:], way[0]), strict=True))
        assert bool(found) == any(leads_to_itself(name, edges) for name in edges)

    @given(GRAPHS)
    def test_are_the_same_for_any_order_of_the_jobs(self, edges: dict[str, list[str]]) -> None:
        assert cycles(dict(reversed(edges.items()))) == cycles(edges)


def leads_to_itself(start: str, edges: dict[str, list[str]]) -> bool:
    seen: set[str] = set()
    ahead = list(edges[start])
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += edges[name]
    return start in seen


LITTLE_TIME = 10  # seconds of the processor


class TestManyJobs:
    COUNT = 5_000

    def jobs(self, first_after: str | None) -> tuple:
        """A chain of jobs; the first one runs after `first_after`."""
        return tuple(
            DeclaredJob(
                "shop",
                f"job_{number:04}",
                "A job",
                f"shop/jobs/job_{number:04}.py",
                config=JobConfig({"after": [after]} if after else {}),
            )
            for number, after in enumerate(
                [first_after, *(f"shop.job_{number:04}" for number in range(self.COUNT - 1))]
            )
        )

    def test_a_chain_of_thousands_of_jobs_takes_little_time(self) -> None:
        started = time.process_time()
        catalog = apply_settings(Scan(self.jobs(None)), Deployment())
        assert time.process_time() - started < LITTLE_TIME
        assert (len(catalog.jobs), catalog.problems) == (self.COUNT, ())

    def test_hundreds_of_unknown_names_take_little_time(self) -> None:
        followers = {f"shop.orders_{number}": {"after": [f"shop.gone_{number}"]} for number in range(500)}
        jobs = (*self.jobs(None)[:2_000], *(job(key, config) for key, config in followers.items()))
        started = time.process_time()
        catalog = apply_settings(Scan(jobs), Deployment())
        assert time.process_time() - started < LITTLE_TIME
        assert problems(catalog) == [(key, "after-unknown") for key in sorted(followers)]

    def test_a_cycle_of_thousands_of_jobs_takes_little_time_and_is_reported_in_full_once(self) -> None:
        started = time.process_time()
        catalog = apply_settings(Scan(self.jobs(f"shop.job_{self.COUNT - 1:04}")), Deployment())
        assert time.process_time() - started < LITTLE_TIME
        assert [problem.message.count(" → ") for problem in catalog.problems] == [self.COUNT, *[0] * (self.COUNT - 1)]
