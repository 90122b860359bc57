"""The example packages are good examples, and small enough to ship in the chart."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest


def assigned(path: Path, name: str) -> ast.expr | None:
    """The value that a file assigns to a name at its top level."""
    for statement in ast.parse(path.read_bytes()).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name:
            return statement.value
    return None


def config(path: Path) -> dict[str, Any]:
    value = assigned(path, "JOB_CONFIG")
    return ast.literal_eval(value) if value else {}


def test_the_jobs_are_exactly_the_documented_ones(packages, descriptions, job_file):
    with_job = {path for path in packages.rglob("*.py") if assigned(path, "JOB")}
    assert with_job == {job_file(job) for job in descriptions}


def test_the_jobs_show_both_ways_to_write_a_job(descriptions, job_file):
    assert {type(assigned(job_file(job), "JOB")) for job in descriptions} == {ast.Tuple, ast.Call}


def test_a_job_has_its_documented_description(job, job_file, descriptions):
    job_value = assigned(job_file(job), "JOB")
    parts = job_value.args if isinstance(job_value, ast.Call) else job_value.elts
    assert ast.literal_eval(parts[1]) == descriptions[job]


def test_nothing_runs_by_itself_after_a_first_install(descriptions, job_file):
    configs = {job: config(job_file(job)) for job in descriptions}
    scheduled = {job: values for job, values in configs.items() if "schedule" in values}
    assert list(scheduled) == ["reporting_seeder.refresh_all"]  # examples/README.md says how to start it
    assert all(values["paused"] for values in scheduled.values())


def test_the_packages_show_all_three_layouts(packages):
    assert {path.relative_to(packages).as_posix() for path in packages.rglob("jobs") if path.is_dir()} == {
        "data_pipeline/jobs",
        "file_processing/file_processing/jobs",
        "reporting-seeder/src/reporting_seeder/jobs",
    }


def test_the_shared_package_has_a_jobs_module_and_no_jobs_folder(packages):
    assert (packages / "etl_core/jobs.py").is_file()
    assert not (packages / "etl_core/jobs").exists()


def test_jobs_import_only_the_standard_library_and_the_example_packages(packages):
    examples = {"etl_core", "data_pipeline", "file_processing", "reporting_seeder"}
    imported = {
        name.partition(".")[0]
        for path in packages.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        for name in names_of(node)
    }
    assert imported <= examples | sys.stdlib_module_names


def names_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_no_job_imports_another(packages, job, job_file):
    imported = [name for node in ast.walk(ast.parse(job_file(job).read_bytes())) for name in names_of(node)]
    assert not [name for name in imported if ".jobs." in name]


def test_the_packages_are_small_enough_for_a_config_map(packages):
    assert sum(path.stat().st_size for path in packages.rglob("*.py")) < 40_000


def test_a_failed_write_leaves_the_old_file_and_nothing_else(packages, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(packages)
    from etl_core.files import write_text

    kept = tmp_path / "kept.txt"
    assert write_text(kept, "old")
    assert not write_text(kept, "old")
    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_text(kept, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
    assert kept.read_text() == "old"


def full_disk(descriptor: int) -> None:
    raise OSError(28, "No space left on device")
