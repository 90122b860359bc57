"""The Python API, as a program that brings its own loop would use it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import airflow_control_plane
import pytest
from airflow_control_plane import DagGenerator, DiscoveredJob, MultiPackageJobDiscovery
from airflow_control_plane.model.errors import OutputError, SourceError
from hostile_cases import snapshot

ORDERS = DiscoveredJob("shop", "orders", "Load orders", "shop/jobs/orders.py")
PRICES = DiscoveredJob("shop", "prices", "Load prices", "shop/jobs/prices.py")
FOREIGN = "# a DAG of somebody else\n"


def test_all_that_is_promised_is_there_and_nothing_else() -> None:
    assert sorted(airflow_control_plane.__all__) == [
        "DagGenerator",
        "DiscoveredJob",
        "MultiPackageJobDiscovery",
        "__version__",
    ]
    assert all(hasattr(airflow_control_plane, name) for name in airflow_control_plane.__all__)


class TestMultiPackageJobDiscovery:
    def test_lists_the_packages(self, example_packages: Path) -> None:
        discovery = MultiPackageJobDiscovery([example_packages])
        assert discovery.list_etl_packages() == ["data_pipeline", "file_processing", "reporting_seeder"]

    def test_gives_the_jobs_by_package(self, example_packages: Path) -> None:
        jobs = MultiPackageJobDiscovery([str(example_packages)]).discover_all_jobs()
        assert {package: [job.job_name for job in members] for package, members in jobs.items()} == {
            "data_pipeline": ["agency_data_job", "example_job"],
            "file_processing": ["hello_world"],
            "reporting_seeder": [
                "capture_release_snapshot",
                "hello_world",
                "refresh_agency",
                "refresh_all",
                "refresh_table",
            ],
        }

    def test_gives_the_jobs_in_one_list(self, example_packages: Path) -> None:
        jobs = MultiPackageJobDiscovery([example_packages]).discover_all_jobs_flat()
        assert len(jobs) == 8
        assert jobs[1] == DiscoveredJob(
            package_name="data_pipeline",
            job_name="example_job",
            description="Example job: prints a greeting",
            source="data_pipeline/jobs/example_job.py",
            import_root=".",
        )
        assert (jobs[2].import_root, jobs[3].import_root) == ("file_processing", "reporting-seeder/src")

    @pytest.mark.parametrize("method", ["list_etl_packages", "discover_all_jobs", "discover_all_jobs_flat"])
    def test_a_missing_root_is_an_error_not_an_empty_list(self, tmp_path: Path, method: str) -> None:
        with pytest.raises(SourceError, match="missing cannot be read"):
            getattr(MultiPackageJobDiscovery([tmp_path / "missing"]), method)()

    def test_an_empty_root_has_no_jobs(self, packages: Path) -> None:
        assert MultiPackageJobDiscovery([packages]).discover_all_jobs() == {}


class TestDiscoveredJob:
    def test_is_frozen(self) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            ORDERS.job_name = "other"  # type: ignore[misc]

    def test_knows_its_names(self) -> None:
        names = (ORDERS.key, ORDERS.module, ORDERS.dag_id, ORDERS.dag_filename)
        assert names == ("shop.orders", "shop.jobs.orders", "shop_orders", "shop_orders_dag.py")

    def test_sums_itself_up_in_one_printable_line(self) -> None:
        job = dataclasses.replace(ORDERS, description=" Load\n\torders\x1b[31m \u202eäü ")
        assert job.summary == "Load orders\\x1b[31m \\u202eäü"


class TestDagGenerator:
    def test_renders_without_writing(self, dags: Path) -> None:
        assert 'dag_id="shop_orders"' in DagGenerator(dags).generate_dag_for_job(ORDERS)
        assert not dags.exists()

    def test_writes_one_file(self, dags: Path) -> None:
        generator = DagGenerator(dags)
        assert generator.write_dag_file(ORDERS) == dags / "shop_orders_dag.py"
        assert (dags / "shop_orders_dag.py").read_text() == generator.generate_dag_for_job(ORDERS)

    def test_writes_all_files_and_removes_none(self, dags: Path) -> None:
        generator = DagGenerator(str(dags))
        generator.write_dag_file(ORDERS)
        assert generator.generate_all_dags(iter([PRICES])) == [dags / "shop_prices_dag.py"]
        assert sorted(path.name for path in dags.iterdir()) == ["shop_orders_dag.py", "shop_prices_dag.py"]

    def test_touches_no_file_that_is_right_already(self, dags: Path) -> None:
        DagGenerator(dags).generate_all_dags([ORDERS, PRICES])
        before = snapshot(dags)
        assert len(DagGenerator(dags).generate_all_dags([ORDERS, PRICES])) == 2
        assert snapshot(dags) == before

    def test_refuses_to_overwrite_a_foreign_file(self, dags: Path) -> None:
        dags.mkdir()
        (dags / "shop_orders_dag.py").write_text(FOREIGN)
        with pytest.raises(OutputError, match="shop_orders_dag.py in the DAG folder was not generated"):
            DagGenerator(dags).write_dag_file(ORDERS)
        assert (dags / "shop_orders_dag.py").read_text() == FOREIGN

    def test_removes_the_files_of_other_jobs_and_nothing_foreign(self, dags: Path) -> None:
        generator = DagGenerator(dags)
        generator.generate_all_dags([ORDERS, PRICES])
        (dags / "handmade_dag.py").write_text(FOREIGN)
        assert generator.clean_stale_dags([ORDERS]) == [dags / "shop_prices_dag.py"]
        assert sorted(path.name for path in dags.iterdir()) == ["handmade_dag.py", "shop_orders_dag.py"]

    def test_takes_no_jobs_for_a_mistake(self, dags: Path) -> None:
        generator = DagGenerator(dags)
        generator.write_dag_file(ORDERS)
        assert generator.clean_stale_dags([]) == []
        assert (dags / "shop_orders_dag.py").exists()
