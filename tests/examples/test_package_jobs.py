"""etl_core.jobs gives the jobs of a package as objects, for a package's own command line and tests."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

ENTRYPOINT = "def entrypoint(argv):\n    return len(argv)\n\n\n"
TUPLE = ENTRYPOINT + 'JOB = (entrypoint, "Counts its arguments")\n'
DEFINITION = "from etl_core.jobs import JobDefinition\n\n\n" + TUPLE.replace("= (", "= JobDefinition(")


@pytest.fixture
def jobs_module(packages: Path, import_roots: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """etl_core.jobs, with every example package importable. No import outlives the test."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for root in {packages, *import_roots.values()}:
        monkeypatch.syspath_prepend(root)
    import etl_core.jobs

    yield etl_core.jobs
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def write(tmp_path: Path, jobs_module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes the job files of the package `authored`: write(count="JOB = ...") writes authored/jobs/count.py."""
    folder = tmp_path / "authored" / "jobs"
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)

    def write(**texts: str) -> Path:
        for name, text in texts.items():
            (folder / f"{name}.py").write_text(text)
        return folder

    return write


@pytest.mark.parametrize("package", ["data_pipeline", "file_processing", "reporting_seeder"])
def test_the_jobs_of_a_package_are_found_in_every_layout(package, jobs_module, descriptions):
    jobs = jobs_module.discover_package_jobs(package)

    assert {f"{package}.{name}": job.description for name, job in jobs.items()} == {
        job: description for job, description in descriptions.items() if job.startswith(f"{package}.")
    }


def test_a_discovered_job_can_be_called(jobs_module, workdir):
    job = jobs_module.discover_package_jobs("file_processing")["hello_world"]

    assert job.entrypoint(["--workdir", str(workdir)]) == 0
    assert (workdir / "file_processing/hello.txt").is_file()


@pytest.mark.parametrize("text", [TUPLE, DEFINITION], ids=["tuple", "JobDefinition"])
def test_a_tuple_and_a_job_definition_are_the_same_to_the_caller(text, jobs_module, write):
    write(count=text)

    job = jobs_module.discover_package_jobs("authored")["count"]

    assert type(job) is jobs_module.JobDefinition
    assert job.entrypoint(["a", "b"]) == 2
    assert job.description == "Counts its arguments"


def test_jobs_are_sorted_by_name(jobs_module, write):
    write(second=TUPLE, third=TUPLE, first=TUPLE)
    assert list(jobs_module.discover_package_jobs("authored")) == ["first", "second", "third"]


def test_files_that_the_generator_skips_are_not_even_imported(jobs_module, write):
    exits = "raise SystemExit('imported')\n"
    folder = write(count=TUPLE, _private=exits, test_count=exits, conftest=exits)
    (folder / "nested").mkdir()
    (folder / "nested" / "__init__.py").write_text(exits)

    assert list(jobs_module.discover_package_jobs("authored")) == ["count"]


def test_a_module_without_a_job_is_left_out(jobs_module, write):
    write(count=TUPLE, helpers="x = 1\n")
    assert list(jobs_module.discover_package_jobs("authored")) == ["count"]


def test_an_error_while_a_job_file_is_imported_reaches_the_caller(jobs_module, write):
    write(count=TUPLE, broken="raise LookupError('on import')\n")
    with pytest.raises(LookupError, match="on import"):
        jobs_module.discover_package_jobs("authored")


@pytest.mark.parametrize("job", ["None", "(print,)", "(print, 'text', 3)"])
def test_a_malformed_job_is_an_error_that_names_its_file(job, jobs_module, write):
    folder = write(malformed=f"JOB = {job}\n")
    with pytest.raises(TypeError) as error:
        jobs_module.discover_package_jobs("authored")
    assert str(error.value).startswith(f"{folder / 'malformed.py'}: JOB is ")
    assert str(error.value).endswith('; expected (entrypoint, "description")')


def test_a_job_definition_unpacks_like_a_tuple_and_cannot_be_changed(jobs_module):
    job = jobs_module.JobDefinition(print, "Prints")

    entrypoint, description = job

    assert (entrypoint, description) == (print, "Prints")
    with pytest.raises(dataclasses.FrozenInstanceError):
        job.description = "Other"
