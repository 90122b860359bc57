"""Finds the jobs of all packages under the package roots. Nothing of a package is imported or executed."""

from __future__ import annotations

import errno
import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from airflow_control_plane.discovery.conflicts import without_contested_ids, without_repeated_packages
from airflow_control_plane.discovery.jobs_folder import JobsFolder, JobsFolderReader
from airflow_control_plane.discovery.layout import Layout, layouts
from airflow_control_plane.discovery.safe_read import PinnedRoot
from airflow_control_plane.model.errors import SourceError
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import Problem, errors_of
from airflow_control_plane.model.scan import Scan
from airflow_control_plane.settings.apply import JobValues, resolve

_ATTEMPTS = 3
_EMPTY_FOLDER = JobsFolder()


@dataclass(frozen=True, slots=True)
class _Located:
    root: PinnedRoot
    layout: Layout
    jobs_folder: JobsFolder


class _SourceMoved(Exception):
    """The source was changed or swapped during the pass: what was read may mix two versions."""


class MultiPackageJobDiscovery:
    """Discovers jobs; keeps what it read, so that the next pass over unchanged files costs no more than their stat.

    `advance` is called as the work goes on, for progress and heartbeats.
    """

    def __init__(self, roots: Sequence[str | os.PathLike[str]], advance: Callable[[], None] = lambda: None) -> None:
        self.roots = tuple(dict.fromkeys(os.path.abspath(root) for root in roots))
        self._advance = advance
        self._folders: dict[str, JobsFolder] = {}
        self._last = Scan()

    def list_etl_packages(self) -> list[str]:
        """The names of the packages that have jobs. Raises SourceError, as the next two do, if a root is not there."""
        return sorted(self.discover_all_jobs())

    def discover_all_jobs(self) -> dict[str, list[DiscoveredJob]]:
        packages: dict[str, list[DiscoveredJob]] = defaultdict(list)
        for job in self.discover_all_jobs_flat():
            packages[job.package].append(job)
        return dict(packages)

    def discover_all_jobs_flat(self) -> list[DiscoveredJob]:
        scan = resolve(self.scan(), JobValues())
        if scan.incomplete:
            raise SourceError("the packages could not be read whole: " + "; ".join(scan.incomplete))
        return list(scan.jobs)

    def scan(self) -> Scan:
        """One pass over all roots, before values are applied; the very same object as last time if nothing changed.

        Raises SourceError if the source is swapped faster than it can be read.
        """
        for _ in range(_ATTEMPTS):
            try:
                return self._scan_once()
            except _SourceMoved:
                continue
        raise SourceError(f"{os.pathsep.join(self.roots)} changed {_ATTEMPTS} times while it was read; try again")

    def _scan_once(self) -> Scan:
        located: list[_Located] = []
        problems: list[Problem] = []
        incomplete: list[str] = []
        roots = [PinnedRoot(path) for path in self.roots]
        for root in roots:
            try:
                for folder in _folders_of(root, problems, incomplete):
                    located += self._locate(root, folder, problems, incomplete)
            except OSError as error:
                reason = f"package root {root.path} cannot be read ({error.strerror})"
                incomplete.append(f"{reason}; check --packages-root or ETL_PACKAGES_ROOT")
        if any(root.has_moved() for root in roots):
            raise _SourceMoved
        unchanged = len(located) == len(self._folders) and all(
            self._folders.get(_identity(place)) is place.jobs_folder for place in located
        )
        self._folders = {_identity(place): place.jobs_folder for place in located}
        for place in located:
            incomplete += place.jobs_folder.unreadable
        if unchanged and not problems and incomplete == list(self._last.incomplete):
            return self._last
        scan = _assemble(located, problems, incomplete)
        if scan != self._last:
            self._last = scan
        return self._last

    def _locate(
        self, root: PinnedRoot, folder: str, problems: list[Problem], incomplete: list[str]
    ) -> Iterator[_Located]:
        for layout in layouts(folder):
            path = os.path.join(root.path, layout.jobs_folder)
            try:
                if not _is_folder(path):
                    continue
                real_path = root.resolve(path)
                if real_path is None:
                    problems.append(_outside(layout.jobs_folder, root))
                    continue
                reader = JobsFolderReader(root, layout, real_path, self._advance)
                jobs_folder = reader.read(self._folders.get(path, _EMPTY_FOLDER))
            except OSError as error:
                incomplete.append(_unreadable(path, error))
                continue
            yield _Located(root, layout, jobs_folder)


def _folders_of(root: PinnedRoot, problems: list[Problem], incomplete: list[str]) -> list[str]:
    folders = []
    with os.scandir(root.path) as entries:
        for entry in entries:
            try:
                if entry.name.startswith(".") or not _is_folder(entry.path):
                    continue
            except OSError as error:
                incomplete.append(_unreadable(entry.path, error))
                continue
            if entry.is_symlink() and root.resolve(entry.path) is None:
                problems.append(_outside(entry.name, root))
            else:
                folders.append(entry.name)
    return sorted(folders)


def _unreadable(path: str, error: OSError) -> str:
    return f"{path} cannot be read ({error.strerror})"


def _is_folder(path: str) -> bool:
    """False where nothing stands, a file does, or a link leads nowhere. Other errors are raised: they prove nothing."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return False
        raise


def _identity(place: _Located) -> str:
    return os.path.join(place.root.path, place.layout.jobs_folder)


def _outside(path: str, root: PinnedRoot) -> Problem:
    message = "is a link that leads out of the package root; its DAGs are kept"
    return Problem(path, 0, 0, "link-outside-root", message, root=root.path)


def _assemble(located: Iterable[_Located], problems: Iterable[Problem], incomplete: Iterable[str]) -> Scan:
    outcomes = [(place, name, outcome) for place in located for name, outcome in place.jobs_folder.outcomes.items()]
    found = [outcome.job for _, _, outcome in outcomes if outcome.job]
    of_files = (problem for _, _, outcome in outcomes for problem in outcome.problems)
    single, repeated = without_repeated_packages(found)
    clean, contested, collisions = without_contested_ids(single)
    in_place = {job.key for job in (*clean, *contested)}
    keys = (
        f"{place.layout.package}.{name.removesuffix('.py')}"
        for place, name, outcome in outcomes
        if outcome.job or errors_of(outcome.problems)
    )
    return Scan(
        clean,
        contested,
        tuple(sorted({*problems, *of_files, *repeated, *collisions})),
        tuple(incomplete),
        frozenset(key for key in keys if key not in in_place),
    )
