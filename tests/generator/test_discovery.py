"""Discovery as a library: the order of jobs, what it remembers, and a source that changes while it is read."""

from __future__ import annotations

import itertools
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from airflow_control_plane import MultiPackageJobDiscovery
from airflow_control_plane.discovery import jobs_folder
from airflow_control_plane.model.errors import SourceError

DuringRead = Callable[..., None]


def write_job(root: Path, package: str, name: str, description: str = "A job") -> Path:
    path = root / package / "jobs" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"JOB = (print, {description!r})\n")
    return path


@pytest.fixture
def during_read(monkeypatch: pytest.MonkeyPatch) -> DuringRead:
    """Makes something happen just before the nth job file is read, once or before every later file as well."""

    def arrange(happening: Callable[[], object], at: int = 1, repeatedly: bool = False) -> None:
        reads = 0
        read = jobs_folder.read_regular_file

        def interrupted(path: str, limit: int) -> bytes:
            nonlocal reads
            reads += 1
            if reads == at or (repeatedly and reads > at):
                happening()
            return read(path, limit)

        monkeypatch.setattr(jobs_folder, "read_regular_file", interrupted)

    return arrange


def keys(discovery: MultiPackageJobDiscovery) -> list[str]:
    return [job.key for job in discovery.catalog().jobs]


def test_jobs_are_sorted_by_package_and_name(packages: Path) -> None:
    names = [(f"package_{number % 7}", f"job_{number}") for number in range(500)]
    random.Random(1).shuffle(names)
    for package, name in names:
        write_job(packages, package, name)
    assert [(job.package_name, job.job_name) for job in MultiPackageJobDiscovery([packages]).catalog().jobs] == sorted(
        names
    )


def test_an_unchanged_source_gives_the_same_catalog_without_reading_a_file(
    packages: Path, during_read: DuringRead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "airflow_control_plane.discovery.safe_read._RACY_NANOSECONDS", 0
    )  # as if the file were a few seconds old
    write_job(packages, "shop", "orders")
    discovery = MultiPackageJobDiscovery([packages])
    first = discovery.catalog()
    during_read(lambda: pytest.fail("a file was read again"))
    assert discovery.catalog() is first


def test_a_change_with_the_same_size_and_time_is_noticed(packages: Path) -> None:
    path = write_job(packages, "shop", "orders", "One")
    discovery = MultiPackageJobDiscovery([packages])
    assert discovery.catalog().jobs[0].description == "One"
    status = path.stat()
    path.write_text(path.read_text().replace("One", "Two"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert discovery.catalog().jobs[0].description == "Two"


def test_a_job_that_comes_back_is_the_same_job(packages: Path) -> None:
    path = write_job(packages, "shop", "orders")
    write_job(packages, "shop", "prices")
    discovery = MultiPackageJobDiscovery([packages])
    first = discovery.catalog()
    text = path.read_bytes()
    path.unlink()
    assert keys(discovery) == ["shop.prices"]
    path.write_bytes(text)
    assert discovery.catalog() == first


class TestChangesDuringAPass:
    def versions(self, tmp_path: Path) -> tuple[Path, Path, Path]:
        """A root that is a link to one of two versions, as in git-sync: the link, the old and the new version."""
        old, new = tmp_path / ".worktrees" / "old", tmp_path / ".worktrees" / "new"
        for name in ("one", "two"):
            write_job(old, "shop", name, "Old")
            write_job(new, "shop", name, "New")
        write_job(old, "shop", "zero", "Old")
        link = tmp_path / "current"
        link.symlink_to(old)
        return link, old, new

    def test_a_new_version_gives_the_jobs_of_one_version_only(self, tmp_path: Path, during_read: DuringRead) -> None:
        link, _, new = self.versions(tmp_path)
        during_read(lambda: repoint(link, new), at=2)
        catalog = MultiPackageJobDiscovery([link]).catalog()
        assert {(job.key, job.description) for job in catalog.jobs} == {("shop.one", "New"), ("shop.two", "New")}
        assert not catalog.incomplete

    def test_the_old_version_may_be_deleted_at_once(self, tmp_path: Path, during_read: DuringRead) -> None:
        link, old, new = self.versions(tmp_path)
        during_read(lambda: (repoint(link, new), shutil.rmtree(old)), at=2)
        catalog = MultiPackageJobDiscovery([link]).catalog()
        assert {job.description for job in catalog.jobs} == {"New"}
        assert not catalog.incomplete

    def test_a_new_version_behind_a_link_below_the_root_is_noticed(
        self, packages: Path, during_read: DuringRead
    ) -> None:
        for version in ("..old", "..new"):
            write_job(packages / version, "shop", "one", version)
            write_job(packages / version, "shop", "two", version)
        link = packages / "..data"
        link.symlink_to("..old")
        (packages / "shop").symlink_to("..data/shop")
        during_read(lambda: repoint(link, Path("..new")), at=2)
        assert {job.description for job in MultiPackageJobDiscovery([packages]).catalog().jobs} == {"..new"}

    def test_a_source_that_keeps_changing_is_an_error(self, tmp_path: Path, during_read: DuringRead) -> None:
        link, old, _ = self.versions(tmp_path)
        commits = itertools.count()

        def commit() -> None:
            repoint(link, shutil.copytree(old, old.with_name(f"commit_{next(commits)}")))

        during_read(commit, repeatedly=True)
        with pytest.raises(SourceError, match="current changed 3 times while it was read; try again"):
            MultiPackageJobDiscovery([link]).catalog()

    def test_a_deleted_root_makes_the_catalog_incomplete(self, packages: Path, during_read: DuringRead) -> None:
        for package in ("a", "b", "c"):
            write_job(packages, package, "one")
        during_read(lambda: shutil.rmtree(packages), at=2)
        catalog = MultiPackageJobDiscovery([packages]).catalog()
        assert "packages cannot be read (No such file or directory)" in catalog.incomplete[0]

    def test_a_root_that_is_moved_away_makes_the_catalog_incomplete(
        self, packages: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for package in ("a", "b", "c"):
            write_job(packages, package, "one")
        discovery = MultiPackageJobDiscovery([packages], advance=lambda: packages.exists() and move_away(packages))
        catalog = discovery.catalog()
        assert catalog.incomplete

    def test_a_root_that_is_replaced_by_another_folder_is_read_again(
        self, packages: Path, tmp_path: Path, during_read: DuringRead
    ) -> None:
        write_job(packages, "shop", "one", "Old")
        write_job(packages, "shop", "two", "Old")
        write_job(tmp_path / "next", "shop", "two", "New")
        during_read(lambda: (move_away(packages), (tmp_path / "next").rename(packages)), at=1)
        catalog = MultiPackageJobDiscovery([packages]).catalog()
        assert [(job.key, job.description) for job in catalog.jobs] == [("shop.two", "New")]

    def test_a_new_package_is_found(self, packages: Path, during_read: DuringRead) -> None:
        write_job(packages, "shop", "one")
        during_read(lambda: write_job(packages, "another", "one"))
        assert keys(MultiPackageJobDiscovery([packages])) == ["another.one", "shop.one"]

    def test_a_deleted_file_makes_the_catalog_incomplete(self, packages: Path, during_read: DuringRead) -> None:
        write_job(packages, "shop", "one")
        two = write_job(packages, "shop", "two")
        during_read(two.unlink, at=2)
        catalog = MultiPackageJobDiscovery([packages]).catalog()
        assert catalog.incomplete == ("shop/jobs/two.py cannot be read (No such file or directory)",)
        assert [job.key for job in catalog.jobs] == ["shop.one"]

    def test_a_deleted_jobs_folder_makes_the_catalog_incomplete(self, packages: Path, during_read: DuringRead) -> None:
        write_job(packages, "shop", "one")
        write_job(packages, "shop", "two")
        during_read(lambda: shutil.rmtree(packages / "shop" / "jobs"), at=1)
        assert len(MultiPackageJobDiscovery([packages]).catalog().incomplete) == 2

    def test_a_file_that_becomes_a_link_is_not_followed(
        self, packages: Path, tmp_path: Path, during_read: DuringRead
    ) -> None:
        path = write_job(packages, "shop", "one")
        secret = tmp_path / "secret.py"
        secret.write_text('JOB = (print, "Secret")\n')
        during_read(lambda: (path.unlink(), path.symlink_to(secret)))
        catalog = MultiPackageJobDiscovery([packages]).catalog()
        assert not catalog.jobs
        assert [problem.path for problem in catalog.problems] == ["shop/jobs/one.py"]


def repoint(link: Path, target: Path) -> None:
    """Replaces a link by another one in one step."""
    fresh = link.with_name(".fresh")
    fresh.symlink_to(target)
    fresh.replace(link)


def move_away(path: Path) -> None:
    path.rename(path.with_name("moved_away"))
