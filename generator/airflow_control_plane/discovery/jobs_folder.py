"""Reads one package's jobs folder. A file is read again only if `stat` shows that it changed."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from airflow_control_plane.discovery.isolated_parser import read_job_file_safely
from airflow_control_plane.discovery.job_file import MAX_FILE_BYTES, JobFile
from airflow_control_plane.discovery.layout import Layout, may_be_job_file
from airflow_control_plane.discovery.pinned_root import PinnedRoot
from airflow_control_plane.discovery.safe_read import NotARegularFile, TooLarge, changed_just_now, read_regular_file
from airflow_control_plane.model.job import MAX_DAG_ID_LENGTH, MAX_PACKAGE_LENGTH, DeclaredJob, is_importable
from airflow_control_plane.model.problem import Problem
from airflow_control_plane.model.signature import Signature, signature


@dataclass(frozen=True, slots=True)
class Finding:
    """What one file contains: a job, problems, both (a warning) or neither."""

    job: DeclaredJob | None = None
    problems: tuple[Problem, ...] = ()


NOTHING = Finding()


@dataclass(frozen=True, slots=True)
class JobsFolder:
    """What a jobs folder contains, by file name. A signature of None means: read that file again next time."""

    signatures: Mapping[str, Signature | None] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()


class JobsFolderReader:
    """Reads one jobs folder in one pass. `advance` is called before each file that is read."""

    def __init__(self, root: PinnedRoot, layout: Layout, real_path: str, advance: Callable[[], None]) -> None:
        self._root = root
        self._layout = layout
        self._path = real_path
        self._advance = advance

    def read(self, previous: JobsFolder) -> JobsFolder:
        """The folder as it is now; `previous` itself if nothing changed. Raises OSError if it cannot be listed."""
        signatures = self._signatures()
        if signatures == previous.signatures:
            return previous
        findings: dict[str, Finding] = {}
        unreadable: list[str] = []
        for name, look in sorted(signatures.items()):
            if look is not None and look == previous.signatures.get(name):
                finding = previous.findings.get(name, NOTHING)
            else:
                self._advance()
                try:
                    finding = self._read_file(name)
                    is_final = look is not None and not changed_just_now(os.path.join(self._path, name))
                except OSError as error:
                    finding = self._problem(name, "unreadable", f"cannot be read ({error.strerror}); its DAG is kept")
                    unreadable.append(f"{self._source(name)} cannot be read ({error.strerror})")
                    is_final = False
                signatures[name] = look if is_final else None
            if finding != NOTHING:
                findings[name] = finding
        return JobsFolder(signatures, findings, tuple(unreadable))

    def _signatures(self) -> dict[str, Signature | None]:
        signatures: dict[str, Signature | None] = {}
        with os.scandir(self._path) as entries:
            for entry in entries:
                if not may_be_job_file(entry.name):
                    continue
                try:
                    status = entry.stat()
                except OSError:
                    if not entry.is_symlink():
                        raise
                    signatures[entry.name] = None
                else:
                    if not stat.S_ISDIR(status.st_mode):
                        signatures[entry.name] = signature(status)
        return signatures

    def _read_file(self, name: str) -> Finding:
        path = os.path.join(self._path, name)
        if os.path.islink(path):
            target = self._root.resolve(path)
            if target is None:
                return self._problem(name, "link-outside-root", "is a link that leads out of the package root")
            if not os.path.exists(target):
                return self._problem(name, "link-broken", "is a link to a file that does not exist")
            path = target
        try:
            source = read_regular_file(path, MAX_FILE_BYTES)
        except NotARegularFile:
            return self._problem(name, "not-a-file", "is a FIFO, socket or device, not a regular file")
        except TooLarge as error:
            message = f"has {error.size} bytes, but a job file may have at most {MAX_FILE_BYTES}"
            return self._problem(name, "too-large", f"{message}; move data and helper code out of it")
        return self._judge(read_job_file_safely(source, self._source(name), self._root.path), name)

    def _judge(self, job_file: JobFile, name: str) -> Finding:
        if job_file.description is None:
            return Finding(problems=job_file.problems)
        package, job_name = self._layout.package_name, name.removesuffix(".py")
        for part in (package, job_name):
            if not is_importable(part):
                message = f"{ascii(part)} cannot be imported; use ASCII letters, digits and underscores, and no keyword"
                return self._problem(name, "invalid-name", message)
        job = DeclaredJob(
            package,
            job_name,
            job_file.description,
            sys.intern(self._source(name)),  # the inventory of the DAG folder holds the same string
            self._layout.import_root,
            self._root.path,
            job_file.config,
        )
        if len(job.dag_id) > MAX_DAG_ID_LENGTH:
            message = f"the DAG id {job.dag_id} is longer than {MAX_DAG_ID_LENGTH} characters; shorten the names"
            return self._problem(name, "name-too-long", message)
        if len(package) > MAX_PACKAGE_LENGTH:
            message = f"the package name {package} is longer than {MAX_PACKAGE_LENGTH} characters; shorten it"
            return self._problem(name, "name-too-long", message)
        return Finding(job, job_file.problems)

    def _source(self, name: str) -> str:
        return f"{self._layout.jobs_folder}/{name}"

    def _problem(self, name: str, code: str, message: str) -> Finding:
        return Finding(problems=(Problem(self._source(name), 0, 0, code, message, root=self._root.path),))
