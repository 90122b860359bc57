"""Finds the jobs folders under a package root."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from airflow_control_plane.discovery.jobs_folder import JobsFolder, JobsFolderReader
from airflow_control_plane.discovery.layout import Layout, layouts
from airflow_control_plane.discovery.pinned_root import PinnedRoot
from airflow_control_plane.model.problem import Problem

_NEW_FOLDER = JobsFolder()


@dataclass(frozen=True, slots=True)
class LocatedFolder:
    """A jobs folder and where it is; `path` is its full path."""

    path: str
    layout: Layout
    jobs_folder: JobsFolder


@dataclass
class RootReader:
    """Reads package roots in one pass; collects problems and what could not be read."""

    previous: Mapping[str, JobsFolder]
    advance: Callable[[], None]
    problems: list[Problem] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)

    def read(self, root: PinnedRoot) -> Iterator[LocatedFolder]:
        """The jobs folders of all packages under `root`."""
        try:
            folders = self._package_folders(root)
        except OSError as error:
            reason = f"the package root {root.path} cannot be read ({error.strerror})"
            self.incomplete.append(f"{reason}; check --packages-root or ETL_PACKAGES_ROOT")
            return
        for folder in folders:
            for layout in layouts(folder):
                yield from self._read_layout(root, layout)

    def _package_folders(self, root: PinnedRoot) -> list[str]:
        folders = []
        with os.scandir(root.path) as entries:
            for entry in entries:
                try:
                    if entry.name.startswith(".") or not _is_folder(entry.path):
                        continue
                except OSError as error:
                    self.incomplete.append(_unreadable(entry.path, error))
                    continue
                if entry.is_symlink() and root.resolve(entry.path) is None:
                    self.problems.append(_outside(entry.name, root))
                else:
                    folders.append(entry.name)
        return sorted(folders)

    def _read_layout(self, root: PinnedRoot, layout: Layout) -> Iterator[LocatedFolder]:
        path = os.path.join(root.path, layout.jobs_folder)
        try:
            if not _is_folder(path):
                return
            real_path = root.resolve(path)
            if real_path is None:
                self.problems.append(_outside(layout.jobs_folder, root))
                return
            reader = JobsFolderReader(root, layout, real_path, self.advance)
            yield LocatedFolder(path, layout, reader.read(self.previous.get(path, _NEW_FOLDER)))
        except OSError as error:
            self.incomplete.append(_unreadable(path, error))


def _is_folder(path: str) -> bool:
    """False if there is nothing, a file, or a link to nothing. Any other error is raised: it proves nothing."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return False
        raise


def _unreadable(path: str, error: OSError) -> str:
    return f"{path} cannot be read ({error.strerror})"


def _outside(path: str, root: PinnedRoot) -> Problem:
    message = "is a link that leads out of the package root; its DAGs are kept"
    return Problem(path, 0, 0, "link-outside-root", message, root=root.path)
