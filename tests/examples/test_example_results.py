"""What the example jobs write to the working folder."""

from __future__ import annotations

import json

import pytest

RELEASES = "reporting_seeder/releases"
MANIFEST = "reporting_seeder/manifest"


@pytest.fixture
def load(workdir):
    return lambda name: json.loads((workdir / name).read_text(encoding="utf-8"))


def test_a_job_succeeds_without_arguments_on_an_empty_working_folder(job, run_job, tree):
    done = run_job(job)
    assert done.returncode == 0, done.stdout
    assert all(name.startswith(f"{job.split('.')[0]}/") for name in tree())


def test_a_second_run_changes_nothing(job, run_job, tree):
    run_job(job)
    first = tree()
    assert run_job(job).returncode == 0
    assert first
    assert tree() == first


def test_all_jobs_can_start_at_once_in_an_empty_working_folder(descriptions, start_job, run_job, tree):
    started = [start_job(job) for job in descriptions for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0] for process in started]

    assert [process.returncode for process in started] == [0] * len(started), outputs
    assert not [name for name in tree() if name.endswith(".tmp")]


def test_the_workdir_argument_overrides_the_environment(run_job, workdir, tmp_path):
    assert run_job("file_processing.hello_world", "--workdir", str(tmp_path / "other")).returncode == 0
    assert (tmp_path / "other/file_processing/hello.txt").read_text() == "Hello, world!\n"
    assert not workdir.exists()


def test_the_default_working_folder_is_in_the_temporary_folder(run_job, tmp_path):
    assert run_job("file_processing.hello_world", ETL_WORKDIR="", TMPDIR=str(tmp_path)).returncode == 0
    assert (tmp_path / "etl/file_processing/hello.txt").is_file()


def test_a_greeting_is_printed_and_written(run_job, load):
    done = run_job("data_pipeline.example_job", "--name", "Ada")
    assert done.stdout.splitlines()[0] == "Hello, Ada!"
    assert load("data_pipeline/greeting.json") == {"name": "Ada", "greeting": "Hello, Ada!"}


def test_agencies_are_cleaned_and_sorted(run_job, load):
    run_job("data_pipeline.agency_data_job")
    assert load("data_pipeline/agencies.json") == {
        "agencies": [
            {"agency_id": "TRA", "name": "Transit Authority", "budget": 1200000},
            {"agency_id": "WAT", "name": "Water Board", "budget": 850000},
        ],
        "total_budget": 2050000,
    }


def test_every_invalid_agency_is_reported_and_the_previous_result_kept(run_job, load, workdir):
    run_job("data_pipeline.agency_data_job")
    before = load("data_pipeline/agencies.json")
    (workdir / "data_pipeline/agencies.csv").write_text("agency_id,name,budget\n,Nobody,1\nwat,Water,much\n")

    done = run_job("data_pipeline.agency_data_job")

    assert done.returncode == 4
    assert "agencies.csv:2: agency_id and name must not be blank" in done.stdout
    assert "agencies.csv:3: budget is 'much'" in done.stdout
    assert load("data_pipeline/agencies.json") == before


def test_a_given_input_is_read_instead_of_the_sample(run_job, load, workdir, tmp_path):
    (tmp_path / "mine.csv").write_text("\ufeffbudget,name,agency_id\n7,Parks,par\n", encoding="utf-8")
    assert run_job("data_pipeline.agency_data_job", "--input", "mine.csv").returncode == 0
    assert load("data_pipeline/agencies.json")["total_budget"] == 7
    assert not (workdir / "data_pipeline/agencies.csv").exists()


def test_only_the_given_table_is_refreshed(run_job, load, workdir):
    run_job("reporting_seeder.refresh_table", "--table", "transit/stops")
    assert [path.name for path in (workdir / MANIFEST).rglob("*.json")] == ["stops.json"]
    entry = load(f"{MANIFEST}/transit/stops.json")
    assert entry["table"] == "transit/stops"
    assert entry["columns"] == ["stop_id", "route_id", "name"]
    assert entry["rows"] == 3


def test_a_changed_table_updates_its_entry(run_job, load, workdir):
    run_job("reporting_seeder.refresh_all")
    before = load(f"{MANIFEST}/transit/routes.json")
    (workdir / "reporting_seeder/tables/transit/routes.csv").write_text("route_id,name\n1,Harbour Line\n")

    done = run_job("reporting_seeder.refresh_table")

    after = load(f"{MANIFEST}/transit/routes.json")
    assert "transit/routes: 1 row(s), updated" in done.stdout
    assert after["rows"] == 1
    assert after["sha256"] != before["sha256"]


def test_only_the_tables_of_the_given_agency_are_refreshed(run_job, workdir):
    run_job("reporting_seeder.refresh_agency", "--agency", "transit")
    assert sorted(path.name for path in (workdir / MANIFEST).rglob("*.json")) == ["routes.json", "stops.json"]


def test_an_invalid_table_keeps_its_entry_and_the_others_are_refreshed(run_job, load, workdir):
    run_job("reporting_seeder.refresh_all")
    before = load(f"{MANIFEST}/transit/routes.json")
    (workdir / "reporting_seeder/tables/transit/routes.csv").write_bytes(b"route_id\n\xff\n")
    (workdir / "reporting_seeder/tables/water/meters.csv").write_text("meter_id\nA-1\n")

    done = run_job("reporting_seeder.refresh_all")

    assert done.returncode == 6
    assert "routes.csv: not UTF-8 at byte 9" in done.stdout
    assert load(f"{MANIFEST}/transit/routes.json") == before
    assert load(f"{MANIFEST}/water/meters.json")["rows"] == 1


def test_a_release_never_changes_after_its_capture(run_job, load, workdir):
    run_job("reporting_seeder.capture_release_snapshot", "--release", "2024.1")
    captured = load(f"{RELEASES}/2024.1.json")
    assert [entry["table"] for entry in captured] == ["transit/routes", "transit/stops", "water/meters"]

    (workdir / "reporting_seeder/tables/water/meters.csv").write_text("meter_id\nA-1\n")
    run_job("reporting_seeder.refresh_all")

    assert run_job("reporting_seeder.capture_release_snapshot", "--release", "2024.1").returncode == 4
    assert load(f"{RELEASES}/2024.1.json") == captured
    assert run_job("reporting_seeder.capture_release_snapshot", "--release", "2024.2").returncode == 0
    assert load(f"{RELEASES}/2024.2.json")[-1]["rows"] == 1


def test_a_release_without_a_name_is_named_after_its_entries(run_job, workdir):
    run_job("reporting_seeder.capture_release_snapshot")
    run_job("reporting_seeder.capture_release_snapshot")
    assert len(list((workdir / RELEASES).iterdir())) == 1

    (workdir / "reporting_seeder/tables/water/meters.csv").write_text("meter_id\nA-1\n")
    run_job("reporting_seeder.refresh_all")
    run_job("reporting_seeder.capture_release_snapshot")
    assert len(list((workdir / RELEASES).iterdir())) == 2
