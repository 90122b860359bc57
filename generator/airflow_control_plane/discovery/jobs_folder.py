"""One package's jobs folder: looked at by stat, read only where the look shows a change."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from airflow_control_plane.discovery.isolated_parser import read_job_file_safely
from airflow_control_plane.discovery.job_file import MAX_FILE_BYTES, JobFile, too_large
from airflow_control_plane.discovery.layout import Layout, is_importable, may_be_job_file
from airflow_control_plane.discovery.safe_read import (
    NotARegularFile,
    PinnedRoot,
    Signature,
    TooLarge,
    changed_just_now,
    read_regular_file,
    signature,
)
from airflow_control_plane.model.job import MAX_DAG_ID_LENGTH, MAX_PACKAGE_LENGTH, DiscoveredJob
from airflow_control_plane.model.problem import Problem

Looks = Mapping[str, "Signature | None"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file gave: a job, problems, both (a warning) or neither."""

    job: DiscoveredJob | None = None
    problems: tuple[Problem, ...] = ()


NOTHING = Outcome()


@dataclass(frozen=True, slots=True)
class JobsFolder:
    """What a jobs folder holds, by file name. A look of None says: read that file again next time."""

    looks: Looks = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()


class JobsFolderReader:
    """Reads one jobs folder in one pass. `advance` is called after each file that was read."""

    def __init__(self, root: PinnedRoot, layout: Layout, real_path: str, advance: Callable[[], None]) -> None:
        self._root = root
        self._layout = layout
        self._path = real_path
        self._advance = advance

    def read(self, previous: JobsFolder) -> JobsFolder:
        """The folder as it is now; `previous` itself if nothing changed. Raises OSError if it cannot be listed."""
        looks = self._look()
        if looks == previous.looks:
            return previous
        outcomes: dict[str, Outcome] = {}
        unreadable: list[str] = []
        for name, look in sorted(looks.items()):
            if look is not None and look == previous.looks.get(name):
                outcome = previous.outcomes.get(name, NOTHING)
            else:
                self._advance()
                try:
                    outcome = self._outcome(name)
                    settled = look is not None and not changed_just_now(os.path.join(self._path, name))
                except OSError as error:
                    outcome = self._problem(name, "unreadable", f"cannot be read ({error.strerror}); its DAG is kept")
                    unreadable.append(f"{self._source(name)} cannot be read ({error.strerror})")
                    settled = False
                looks[name] = look if settled else None
            if outcome != NOTHING:
                outcomes[name] = outcome
        return JobsFolder(looks, outcomes, tuple(unreadable))

    def _look(self) -> dict[str, Signature | None]:
        looks: dict[str, Signature | None] = {}
        with os.scandir(self._path) as entries:
            for entry in entries:
                if not may_be_job_file(entry.name):
                    continue
                try:
                    status = entry.stat()
                except OSError:
                    if not entry.is_symlink():
                        raise
                    looks[entry.name] = None
                else:
                    if not stat.S_ISDIR(status.st_mode):
                        looks[entry.name] = signature(status)
        return looks

    def _outcome(self, name: str) -> Outcome:
        path = os.path.join(self._path, name)
        if os.path.islink(path):
            target = self._root.resolve(path)
            if target is None:
                return self._problem(name, "link-outside-root", "is a link that leads out of the package root")
            if not os.path.exists(target):
                return self._problem(name, "link-broken", "is a link to a file that does not exist")
            path = target
        try:
            job_file = read_job_file_safely(read_regular_file(path, MAX_FILE_BYTES), self._source(name))
        except NotARegularFile:
            return self._problem(name, "not-a-file", "is a FIFO, socket or device, not a regular file")
        except TooLarge as error:
            job_file = too_large(self._source(name), error.size)
        return self._judge(job_file, name)

    def _judge(self, job_file: JobFile, name: str) -> Outcome:
        problems = tuple(replace(problem, root=self._root.path) for problem in job_file.problems)
        if job_file.description is None:
            return Outcome(problems=problems)
        package, job_name = self._layout.package, name.removesuffix(".py")
        for part in (package, job_name):
            if not is_importable(part):
                message = f"{ascii(part)} cannot be imported; use ASCII letters, digits and underscores, no keyword"
                return self._problem(name, "invalid-name", message)
        source = sys.intern(self._source(name))  # its DAG file names it, too
        job = DiscoveredJob(
            package,
            job_name,
            job_file.description,
            source,
            self._layout.import_root,
            self._root.path,
            job_file.config,
        )
        if len(job.dag_id) > MAX_DAG_ID_LENGTH:
            message = f"the DAG id {job.dag_id} is longer than {MAX_DAG_ID_LENGTH} characters; shorten the names"
            return self._problem(name, "name-too-long", message)
        if len(package) > MAX_PACKAGE_LENGTH:
            message = f"the package's name {package} is longer than {MAX_PACKAGE_LENGTH} characters; shorten it"
            return self._problem(name, "name-too-long", message)
        return Outcome(job, problems)

    def _source(self, name: str) -> str:
        return f"{self._layout.jobs_folder}/{name}"

    def _problem(self, name: str, code: str, message: str) -> Outcome:
        return Outcome(problems=(Problem(self._source(name), 0, 0, code, message, root=self._root.path),))
