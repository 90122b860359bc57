"""The Python API, as a program that calls the generator would use it."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import airflow_control_plane
import pytest
from _workspace import environment
from airflow_control_plane import DagGenerator, DiscoveredJob, MultiPackageJobDiscovery
from airflow_control_plane.model.errors import OutputError, SourceError
from hostile_cases import snapshot

ORDERS = DiscoveredJob("shop", "orders", "Load orders", "shop/jobs/orders.py")
PRICES = DiscoveredJob("shop", "prices", "Load prices", "shop/jobs/prices.py")
FOREIGN = "# a DAG that was not generated\n"


class TestImports:
    def test_the_package_exports_exactly_the_public_names(self) -> None:
        assert sorted(airflow_control_plane.__all__) == [
            "DagGenerator",
            "DiscoveredJob",
            "MultiPackageJobDiscovery",
            "__version__",
        ]
        assert all(hasattr(airflow_control_plane, name) for name in airflow_control_plane.__all__)

    def test_an_unknown_name_is_an_attribute_error(self) -> None:
        with pytest.raises(AttributeError, match="module 'airflow_control_plane' has no attribute 'Discovery'"):
            _ = airflow_control_plane.Discovery

    @pytest.mark.parametrize(
        ("module", "name"),
        [
            ("discovery.scanner", "MultiPackageJobDiscovery"),
            ("discovery.scanner", "DiscoveredJob"),
            ("dag_generator.generator", "DagGenerator"),
        ],
    )
    def test_a_public_name_is_the_same_object_in_its_own_module(self, module: str, name: str) -> None:
        assert getattr(import_module(f"airflow_control_plane.{module}"), name) is getattr(airflow_control_plane, name)

    def test_the_command_line_can_be_called_from_python(self, capsys: pytest.CaptureFixture[str]) -> None:
        main = import_module("airflow_control_plane.cli.main").main
        assert main(["schema"]) == 0
        assert "JOB_CONFIG" in capsys.readouterr().out

    @pytest.mark.parametrize("module", ["runtime", "notifications"])
    def test_what_a_task_imports_loads_nothing_else_of_the_generator(self, module: str) -> None:
        program = f"import sys, airflow_control_plane.{module}; print(*sorted(sys.modules))"
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment(), capture_output=True, encoding="utf-8", check=True
        )
        ours = [name for name in done.stdout.split() if name.startswith("airflow_control_plane")]
        assert ours == ["airflow_control_plane", f"airflow_control_plane.{module}", "airflow_control_plane.version"]


class TestMultiPackageJobDiscovery:
    def test_lists_the_packages(self, example_packages: Path) -> None:
        discovery = MultiPackageJobDiscovery([example_packages])
        assert discovery.list_etl_packages() == ["data_pipeline", "file_processing", "reporting_seeder"]

    def test_returns_the_jobs_by_package(self, example_packages: Path) -> None:
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

    def test_returns_the_jobs_in_one_list(self, example_packages: Path) -> None:
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
    def test_a_missing_root_is_an_error_and_not_an_empty_list(self, tmp_path: Path, method: str) -> None:
        with pytest.raises(SourceError, match="missing cannot be read"):
            getattr(MultiPackageJobDiscovery([tmp_path / "missing"]), method)()

    def test_an_empty_root_has_no_jobs(self, packages: Path) -> None:
        assert MultiPackageJobDiscovery([packages]).discover_all_jobs() == {}


class TestRootsOfTheDiscovery:
    @pytest.fixture(autouse=True)
    def _three_roots(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Three package roots in the working folder; the package in each has the root's name."""
        monkeypatch.chdir(tmp_path)
        for root in ("first", "second", "packages"):
            jobs = tmp_path / root / root / "jobs"
            jobs.mkdir(parents=True)
            (jobs / "one.py").write_text("JOB = (print, 'One')\n")

    def test_are_those_of_the_environment_by_default(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ETL_PACKAGES_ROOT", f"{tmp_path / 'first'}{os.pathsep}{tmp_path / 'second'}")
        assert MultiPackageJobDiscovery().list_etl_packages() == ["first", "second"]

    @pytest.mark.parametrize("variable", [None, "", os.pathsep])
    def test_are_the_folder_packages_if_the_environment_has_none(
        self, variable: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if variable is not None:
            monkeypatch.setenv("ETL_PACKAGES_ROOT", variable)
        assert MultiPackageJobDiscovery().list_etl_packages() == ["packages"]

    @pytest.mark.parametrize("kind", [str, Path])
    def test_may_be_one_path(self, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ETL_PACKAGES_ROOT", "second")
        assert MultiPackageJobDiscovery(kind("first")).list_etl_packages() == ["first"]

    def test_may_be_several_paths(self) -> None:
        assert MultiPackageJobDiscovery(["first", Path("second")]).list_etl_packages() == ["first", "second"]


class TestDiscoveredJob:
    def test_is_frozen(self) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            ORDERS.job_name = "other"  # type: ignore[misc]

    def test_has_its_names_as_properties(self) -> None:
        names = (ORDERS.key, ORDERS.module, ORDERS.dag_id, ORDERS.dag_filename)
        assert names == ("shop.orders", "shop.jobs.orders", "shop_orders", "shop_orders_dag.py")

    def test_has_a_summary_in_one_printable_line(self) -> None:
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

    def test_does_not_write_a_file_that_is_up_to_date(self, dags: Path) -> None:
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

    def test_removes_the_files_of_other_jobs_but_no_foreign_file(self, dags: Path) -> None:
        generator = DagGenerator(dags)
        generator.generate_all_dags([ORDERS, PRICES])
        (dags / "handmade_dag.py").write_text(FOREIGN)
        assert generator.clean_stale_dags([ORDERS]) == [dags / "shop_prices_dag.py"]
        assert sorted(path.name for path in dags.iterdir()) == ["handmade_dag.py", "shop_orders_dag.py"]

    def test_removes_nothing_if_it_is_given_no_jobs(self, dags: Path) -> None:
        generator = DagGenerator(dags)
        generator.write_dag_file(ORDERS)
        assert generator.clean_stale_dags([]) == []
        assert (dags / "shop_orders_dag.py").exists()
