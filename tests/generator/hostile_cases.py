"""Cases as data: each folder of `cases/` contains packages, and a case.json with the expected results.

A case folder may contain
    packages/   the packages to discover
    before/     packages that were synced earlier, so that the DAG folder has a history
    dags/       files that are copied into the DAG folder afterwards
    case.json   what the case is about, the expected results, and in "make" the files that git cannot store

Standard library only, without pytest: the same cases also run under every interpreter that the generator supports.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from airflow_control_plane.cli.main import main

CASES = Path(__file__).with_name("cases")
PROBLEMS_FILE = "airflow_control_plane_problems.py"


@dataclass(frozen=True)
class SyncExpectation:
    """What `sync --once` does to the DAG folder. Each file that exists before or after it is in one of the lists."""

    exit: int = 0
    options: tuple[str, ...] = ()
    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """`jobs` has the descriptions by "package.job"; `problems` are written "path:line:column: severity [code]".

    `settings` is the settings file that every command uses.
    """

    name: str
    about: str
    jobs: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    check: int = 0
    sync: SyncExpectation | None = None
    roots: tuple[str, ...] = ("packages",)
    settings: str = ""
    make: tuple[dict[str, Any], ...] = ()
    unprivileged: bool = False

    @property
    def folder(self) -> Path:
        return CASES / self.name

    @property
    def expected_sync(self) -> SyncExpectation:
        """By default each job gets a new DAG file, and the problems file is created if there are errors."""
        if self.sync:
            return self.sync
        created = [f"{key.replace('.', '_')}_dag.py" for key in self.jobs]
        if any("error [" in problem for problem in self.problems):
            created.append(PROBLEMS_FILE)
        return SyncExpectation(created=tuple(sorted(created)))


class Result(NamedTuple):
    code: int
    out: str
    err: str


def load_cases() -> list[Case]:
    return [_load(path.parent) for path in sorted(CASES.glob("*/case.json"))]


def _load(folder: Path) -> Case:
    document = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    sync = document.pop("sync", None)
    return Case(
        folder.name,
        sync=sync and SyncExpectation(**_with_tuples(sync)),
        **_with_tuples(document),
    )


def _with_tuples(document: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in document.items()}


def build(case: Case, where: Path) -> Path:
    """Builds the case in the new folder `where`: its history first, then the packages under test."""
    where.mkdir()
    if (case.folder / "before").is_dir():
        earlier = run("sync", "--once", "--packages-root", case.folder / "before", "--dags-dir", where / "dags")
        assert earlier.code == 0, earlier.err
    for part in ("packages", "dags"):
        if (case.folder / part).is_dir():
            shutil.copytree(case.folder / part, where / part, dirs_exist_ok=True)
    for step in case.make:
        _make(step, where)
    return where


def _make(step: dict[str, Any], where: Path) -> None:
    (verb, name), *_ = step.items()
    path = where / name
    path.parent.mkdir(parents=True, exist_ok=True)
    match step:
        case {"write": _, "text": text}:
            pieces = [(piece, 1) if isinstance(piece, str) else piece for piece in text]
            path.write_bytes("".join(piece * times for piece, times in pieces).encode("utf-8"))
        case {"link": _, "to": target}:
            path.symlink_to(target)
        case {"hard_link": _, "to": target}:
            path.hardlink_to(where / target)
        case {"sparse": _, "bytes": size}:
            with path.open("wb") as file:
                file.truncate(size)
        case {"mode": _, "bits": bits}:
            path.chmod(int(bits, 8))
        case {"time": _, "seconds": seconds}:
            os.utime(path, (seconds, seconds))
        case {"fifo": _}:
            os.mkfifo(path)
        case {"socket": _}:
            os.mknod(path, stat.S_IFSOCK | 0o644)
        case {"folder": _}:
            path.mkdir()
        case {"remove": _}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        case _:
            raise ValueError(f'unknown step {verb!r} in "make": {step}')


def run(*arguments: str | Path) -> Result:
    """Runs the command line in this process and its working folder."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            code = leaving.code
    return Result(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")


def source_options(case: Case) -> list[str]:
    settings = ["--settings", case.settings] if case.settings else []
    return [option for root in case.roots for option in ("--packages-root", root)] + settings


def run_sync(case: Case) -> Result:
    return run("sync", "--once", "--dags-dir", "dags", *source_options(case), *case.expected_sync.options)


def discovered(result: Result) -> dict[str, str]:
    """The output of `discover --format json`, in the form of `Case.jobs`."""
    return {f"{job['package_name']}.{job['job_name']}": job["description"] for job in json.loads(result.out)["jobs"]}


def found_problems(result: Result) -> tuple[str, ...]:
    """The output of `check --format json`, in the form of `Case.problems`."""
    return tuple(_problem_line(problem) for problem in json.loads(result.out)["problems"])


def _problem_line(problem: dict[str, Any]) -> str:
    place = ":{line}:{column}".format(**problem) if problem["line"] else ""
    return "{path}{place}: {severity} [{code}]".format(place=place, **problem)


class Look(NamedTuple):
    """The state of a file. Any write changes it, even one with equal bytes."""

    content: bytes | str
    inode: int
    modified: int


def snapshot(folder: Path) -> dict[str, Look]:
    """Everything below `folder`, including links and special files."""
    return {
        os.path.relpath(os.path.join(parent, name), folder): _look(Path(parent, name))
        for parent, folders, files in os.walk(folder)
        for name in (*folders, *files)
    }


def _look(path: Path) -> Look:
    status = path.lstat()
    content: bytes | str = stat.filemode(status.st_mode)
    if path.is_symlink():
        content = os.readlink(path)
    elif stat.S_ISREG(status.st_mode) and status.st_size < 2**20 and os.access(path, os.R_OK):
        content = path.read_bytes()
    return Look(content, status.st_ino, status.st_mtime_ns)


def read_all(where: Path) -> dict[str, Any]:
    """What this interpreter finds in all cases: exit codes, problems, and the text of the DAG files."""
    readings = {}
    for case in load_cases():
        if case.unprivileged:
            continue
        os.chdir(build(case, where / case.name))
        check = run("check", "--format", "json", *source_options(case))
        sync = run_sync(case)
        readings[case.name] = {
            "check": check.code,
            "problems": found_problems(check) if check.code < 2 else (),
            "sync": sync.code,
            "dags": {
                path.name: path.read_bytes().decode("ascii")
                for path in sorted(Path("dags").glob("*_dag.py"))
                if path.name in (*case.expected_sync.created, *case.expected_sync.changed)
            },
        }
    return readings


if __name__ == "__main__":
    json.dump(read_all(Path(sys.argv[1])), sys.stdout)
