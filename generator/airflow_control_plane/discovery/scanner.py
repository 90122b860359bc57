"""Finds the jobs of all packages under the package roots. Nothing of a package is imported or executed."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from airflow_control_plane.discovery.conflicts import without_contested_ids, without_repeated_packages
from airflow_control_plane.discovery.jobs_folder import JobsFolder
from airflow_control_plane.discovery.package_roots import LocatedFolder, RootReader
from airflow_control_plane.discovery.pinned_root import PinnedRoot
from airflow_control_plane.model.catalog import Catalog, Scan
from airflow_control_plane.model.errors import SourceError
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import Problem, errors_of
from airflow_control_plane.runtime import PACKAGES_ROOT_VARIABLE, split_paths
from airflow_control_plane.settings.apply import apply_settings
from airflow_control_plane.settings.deployment import UNKNOWN_DEPLOYMENT, Deployment

__all__ = ["DiscoveredJob", "MultiPackageJobDiscovery"]

_ATTEMPTS = 3

Root = str | os.PathLike[str]


def default_roots() -> list[str]:
    """The package roots in $ETL_PACKAGES_ROOT, else ./packages."""
    return split_paths(os.environ.get(PACKAGES_ROOT_VARIABLE, "")) or ["packages"]


class _SourceMoved(Exception):
    """The source was changed or replaced during the pass: what was read may mix two versions."""


class MultiPackageJobDiscovery:
    """Discovers the jobs of all packages, and remembers them: another pass over unchanged files only calls `stat`.

    `roots` are folders of packages: one path or several, by default those in $ETL_PACKAGES_ROOT, else ./packages.
    `advance` is called as the work goes on, for progress and heartbeats.
    """

    def __init__(self, roots: Root | Sequence[Root] | None = None, advance: Callable[[], None] = lambda: None) -> None:
        if roots is None:
            roots = default_roots()
        elif isinstance(roots, (str, os.PathLike)):
            roots = [roots]
        self.roots = tuple(dict.fromkeys(os.path.abspath(root) for root in roots))
        self._advance = advance
        self._folders: dict[str, JobsFolder] = {}
        self._scan = Scan()
        self._applied: tuple[Scan, Deployment, Catalog] | None = None

    def list_etl_packages(self) -> list[str]:
        """The names of the packages that have jobs. Raises SourceError, like the next two, if a root cannot be read."""
        return sorted(self.discover_all_jobs())

    def discover_all_jobs(self) -> dict[str, list[DiscoveredJob]]:
        """The jobs by package name."""
        packages: dict[str, list[DiscoveredJob]] = defaultdict(list)
        for job in self.discover_all_jobs_flat():
            packages[job.package_name].append(job)
        return dict(packages)

    def discover_all_jobs_flat(self) -> list[DiscoveredJob]:
        """All jobs, sorted by package and name."""
        catalog = self.catalog()
        if catalog.incomplete:
            raise SourceError("the packages could not be read completely: " + "; ".join(catalog.incomplete))
        return list(catalog.jobs)

    def catalog(self, deployment: Deployment = UNKNOWN_DEPLOYMENT) -> Catalog:
        """One pass over all roots, with settings applied; the same object as last time if nothing changed.

        Raises SourceError if the source is replaced faster than it can be read.
        """
        scan = self._scan_until_stable()
        if self._applied is None or self._applied[0] is not scan or self._applied[1] != deployment:
            self._applied = (scan, deployment, apply_settings(scan, deployment))
        return self._applied[2]

    def _scan_until_stable(self) -> Scan:
        for _ in range(_ATTEMPTS):
            try:
                return self._scan_once()
            except _SourceMoved:
                continue
        raise SourceError(f"{os.pathsep.join(self.roots)} changed {_ATTEMPTS} times while it was read; try again")

    def _scan_once(self) -> Scan:
        roots = [PinnedRoot(path) for path in self.roots]
        reader = RootReader(self._folders, self._advance)
        located = [folder for root in roots for folder in reader.read(root)]
        if any(root.has_moved() for root in roots):
            raise _SourceMoved
        incomplete = (*reader.incomplete, *(reason for folder in located for reason in folder.jobs_folder.unreadable))
        is_unchanged = len(located) == len(self._folders) and all(
            self._folders.get(folder.path) is folder.jobs_folder for folder in located
        )
        self._folders = {folder.path: folder.jobs_folder for folder in located}
        if not is_unchanged or reader.problems or incomplete != self._scan.incomplete:
            scan = _assemble(located, reader.problems, incomplete)
            if scan != self._scan:
                self._scan = scan
        return self._scan


def _assemble(located: Iterable[LocatedFolder], problems: Iterable[Problem], incomplete: tuple[str, ...]) -> Scan:
    findings = [
        (f"{folder.layout.package_name}.{name.removesuffix('.py')}", finding)
        for folder in located
        for name, finding in folder.jobs_folder.findings.items()
    ]
    of_files = (problem for _, finding in findings for problem in finding.problems)
    single, repeated = without_repeated_packages([finding.job for _, finding in findings if finding.job])
    clean, contested, collisions = without_contested_ids(single)
    in_place = {job.key for job in (*clean, *contested)}
    keys = (key for key, finding in findings if finding.job or errors_of(finding.problems))
    return Scan(
        clean,
        contested,
        tuple(sorted({*problems, *of_files, *repeated, *collisions})),
        incomplete,
        frozenset(key for key in keys if key not in in_place),
    )
