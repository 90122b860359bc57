"""Discovery as a library sees it: order, memory, and a source that moves while it is read."""

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
    """Lets something happen while the nth job file is about to be read, once or each time from then on."""

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
    return [job.key for job in discovery.scan().jobs]


def test_jobs_come_sorted_whatever_the_order_of_the_folder(packages: Path) -> None:
    names = [(f"package_{number % 7}", f"job_{number}") for number in range(500)]
    random.Random(1).shuffle(names)
    for package, name in names:
        write_job(packages, package, name)
    assert [(job.package, job.name) for job in MultiPackageJobDiscovery([packages]).scan().jobs] == sorted(names)


def test_an_unchanged_source_gives_the_same_scan_without_reading_a_file(
    packages: Path, during_read: DuringRead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "airflow_control_plane.discovery.safe_read._RACY_NANOSECONDS", 0
    )  # as if the file were some seconds old
    write_job(packages, "shop", "orders")
    discovery = MultiPackageJobDiscovery([packages])
    first = discovery.scan()
    during_read(lambda: pytest.fail("a file was read again"))
    assert discovery.scan() is first


def test_a_change_of_equal_size_in_the_same_instant_is_seen(packages: Path) -> None:
    path = write_job(packages, "shop", "orders", "One")
    discovery = MultiPackageJobDiscovery([packages])
    assert discovery.scan().jobs[0].description == "One"
    status = path.stat()
    path.write_text(path.read_text().replace("One", "Two"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert discovery.scan().jobs[0].description == "Two"


def test_a_job_that_comes_back_is_the_same_job(packages: Path) -> None:
    path = write_job(packages, "shop", "orders")
    write_job(packages, "shop", "prices")
    discovery = MultiPackageJobDiscovery([packages])
    first = discovery.scan()
    text = path.read_bytes()
    path.unlink()
    assert keys(discovery) == ["shop.prices"]
    path.write_bytes(text)
    assert discovery.scan() == first


class TestASourceThatMoves:
    def versions(self, tmp_path: Path) -> tuple[Path, Path, Path]:
        """A root that is a link to one of two versions, as git-sync publishes them."""
        old, new = tmp_path / ".worktrees" / "old", tmp_path / ".worktrees" / "new"
        for name in ("one", "two"):
            write_job(old, "shop", name, "Old")
            write_job(new, "shop", name, "New")
        write_job(old, "shop", "zero", "Old")
        link = tmp_path / "current"
        link.symlink_to(old)
        return link, old, new

    def test_a_swap_in_the_middle_gives_one_version_never_a_mixture(
        self, tmp_path: Path, during_read: DuringRead
    ) -> None:
        link, _, new = self.versions(tmp_path)
        during_read(lambda: repoint(link, new), at=2)
        scan = MultiPackageJobDiscovery([link]).scan()
        assert {(job.key, job.description) for job in scan.jobs} == {("shop.one", "New"), ("shop.two", "New")}
        assert not scan.incomplete

    def test_the_old_version_may_be_removed_at_once(self, tmp_path: Path, during_read: DuringRead) -> None:
        link, old, new = self.versions(tmp_path)
        during_read(lambda: (repoint(link, new), shutil.rmtree(old)), at=2)
        scan = MultiPackageJobDiscovery([link]).scan()
        assert {job.description for job in scan.jobs} == {"New"}
        assert not scan.incomplete

    def test_a_link_below_the_root_is_watched_too(self, packages: Path, during_read: DuringRead) -> None:
        for version in ("..old", "..new"):
            write_job(packages / version, "shop", "one", version)
            write_job(packages / version, "shop", "two", version)
        link = packages / "..data"
        link.symlink_to("..old")
        (packages / "shop").symlink_to("..data/shop")
        during_read(lambda: repoint(link, Path("..new")), at=2)
        assert {job.description for job in MultiPackageJobDiscovery([packages]).scan().jobs} == {"..new"}

    def test_a_source_that_never_rests_is_an_error(self, tmp_path: Path, during_read: DuringRead) -> None:
        link, old, _ = self.versions(tmp_path)
        commits = itertools.count()

        def commit() -> None:
            repoint(link, shutil.copytree(old, old.with_name(f"commit_{next(commits)}")))

        during_read(commit, repeatedly=True)
        with pytest.raises(SourceError, match="current changed 3 times while it was read; try again"):
            MultiPackageJobDiscovery([link]).scan()

    def test_a_root_that_vanishes_midway_makes_the_scan_incomplete(
        self, packages: Path, during_read: DuringRead
    ) -> None:
        for package in ("a", "b", "c"):
            write_job(packages, package, "one")
        during_read(lambda: shutil.rmtree(packages), at=2)
        scan = MultiPackageJobDiscovery([packages]).scan()
        assert "packages cannot be read (No such file or directory)" in scan.incomplete[0]

    def test_a_root_that_is_moved_away_between_two_packages_makes_the_scan_incomplete(
        self, packages: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for package in ("a", "b", "c"):
            write_job(packages, package, "one")
        discovery = MultiPackageJobDiscovery([packages], advance=lambda: packages.exists() and move_away(packages))
        scan = discovery.scan()
        assert scan.incomplete

    def test_a_root_that_is_replaced_by_another_folder_is_read_again(
        self, packages: Path, tmp_path: Path, during_read: DuringRead
    ) -> None:
        write_job(packages, "shop", "one", "Old")
        write_job(packages, "shop", "two", "Old")
        write_job(tmp_path / "next", "shop", "two", "New")
        during_read(lambda: (move_away(packages), (tmp_path / "next").rename(packages)), at=1)
        scan = MultiPackageJobDiscovery([packages]).scan()
        assert [(job.key, job.description) for job in scan.jobs] == [("shop.two", "New")]

    def test_a_package_that_appears_midway_is_found(self, packages: Path, during_read: DuringRead) -> None:
        write_job(packages, "shop", "one")
        during_read(lambda: write_job(packages, "another", "one"))
        assert keys(MultiPackageJobDiscovery([packages])) == ["another.one", "shop.one"]

    def test_a_file_that_vanishes_before_it_is_read_makes_the_scan_incomplete(
        self, packages: Path, during_read: DuringRead
    ) -> None:
        write_job(packages, "shop", "one")
        two = write_job(packages, "shop", "two")
        during_read(two.unlink, at=2)
        scan = MultiPackageJobDiscovery([packages]).scan()
        assert scan.incomplete == ("shop/jobs/two.py cannot be read (No such file or directory)",)
        assert [job.key for job in scan.jobs] == ["shop.one"]

    def test_a_jobs_folder_that_vanishes_midway_makes_the_scan_incomplete(
        self, packages: Path, during_read: DuringRead
    ) -> None:
        write_job(packages, "shop", "one")
        write_job(packages, "shop", "two")
        during_read(lambda: shutil.rmtree(packages / "shop" / "jobs"), at=1)
        assert len(MultiPackageJobDiscovery([packages]).scan().incomplete) == 2

    def test_a_file_that_becomes_a_link_before_it_is_read_is_not_followed(
        self, packages: Path, tmp_path: Path, during_read: DuringRead
    ) -> None:
        path = write_job(packages, "shop", "one")
        secret = tmp_path / "secret.py"
        secret.write_text('JOB = (print, "Secret")\n')
        during_read(lambda: (path.unlink(), path.symlink_to(secret)))
        scan = MultiPackageJobDiscovery([packages]).scan()
        assert not scan.jobs
        assert [problem.path for problem in scan.problems] == ["shop/jobs/one.py"]


def repoint(link: Path, target: Path) -> None:
    """Swaps a link for another in one step."""
    fresh = link.with_name(".fresh")
    fresh.symlink_to(target)
    fresh.replace(link)


def move_away(path: Path) -> None:
    path.rename(path.with_name("moved_away"))
