"""Every case in `cases/` through the command line: what is found, what is written and what is left alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile_cases import (
    CASES,
    Case,
    Look,
    Result,
    build,
    discovered,
    found_problems,
    load_cases,
    run,
    snapshot,
    source_options,
)

ALL_CASES = load_cases()
NOBODY = 65534
RunAs = Callable[..., Result]


def test_there_are_cases() -> None:
    assert len(ALL_CASES) > 50


@pytest.fixture(params=ALL_CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def place(case: Case, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The case, built in a working folder of its own. pytest's own folder is closed to other users."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        Path(temporary).chmod(0o755)
        where = Path(temporary, case.name)
        if not (case.unprivileged and os.geteuid() == 0):
            build(case, where)
        else:
            Path(temporary).chmod(0o777)
            assert _as_nobody(lambda: build(case, where) and Result(0, "", "")).code == 0
        monkeypatch.chdir(where)
        yield where
        for parent, folders, _ in os.walk(where):
            for name in folders:
                path = Path(parent, name)
                if not path.is_symlink():
                    path.chmod(0o755)


@pytest.fixture
def command(case: Case) -> RunAs:
    """The command line, as an unprivileged user if the case asks for one: root can read every file."""
    if case.unprivileged and os.geteuid() == 0:
        return lambda *arguments: _as_nobody(lambda: run(*arguments))
    return run


def _as_nobody(work: Callable[[], Result]) -> Result:
    """Calls `work` in a child without any privileges."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            result = work()
        except BaseException:
            result = Result(70, "", traceback.format_exc())
        with open(writing, "w") as pipe:
            json.dump(result, pipe)
        os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        answer = Result(*json.load(pipe))
    os.waitpid(child, 0)
    return answer


def test_check_lists_the_problems_and_exits_with_the_expected_code(case: Case, place: Path, command: RunAs) -> None:
    result = command("check", "--format", "json", *source_options(case))
    assert result.code == case.check, result.err
    if case.check == 3:
        assert "cannot be read" in result.err
    else:
        assert sorted(found_problems(result)) == sorted(case.problems)
        assert json.loads(result.out)["jobs"] == len(case.jobs)


def test_discover_lists_the_jobs_and_runs_none_of_them(case: Case, place: Path, command: RunAs) -> None:
    before = snapshot(place)
    result = command("discover", "--format", "json", *source_options(case))
    assert result.code == (3 if case.check == 3 else 0), result.err
    if result.code == 0:
        assert discovered(result) == case.jobs
        assert list(discovered(result)) == sorted(case.jobs, key=lambda key: key.split("."))
    assert snapshot(place) == before


def test_sync_changes_the_dag_folder_as_expected_and_nothing_else(case: Case, place: Path, command: RunAs) -> None:
    expected = case.expected_sync
    before, source_before = look_at_dags(place), look_outside_of_dags(place)
    result = sync(case, command)
    after = look_at_dags(place)
    assert result.code == expected.exit, result.err
    assert differences(before, after) == {
        "created": sorted(expected.created),
        "changed": sorted(expected.changed),
        "removed": sorted(expected.removed),
        "untouched": sorted(expected.untouched),
    }
    for words in expected.says:
        assert words in result.err
    assert look_outside_of_dags(place) == source_before
    assert "Traceback" not in result.err


def test_a_second_sync_changes_nothing(case: Case, place: Path, command: RunAs) -> None:
    first = sync(case, command)
    after_first = look_at_dags(place)
    second = sync(case, command)
    assert look_at_dags(place) == after_first
    assert second.code == first.code


def test_plan_shows_what_sync_would_do_and_changes_nothing(case: Case, place: Path, command: RunAs) -> None:
    before = snapshot(place)
    options = [option for option in case.expected_sync.options if option != "--strict"]
    result = command("plan", "--format", "json", "--dags-dir", "dags", *source_options(case), *options)
    assert snapshot(place) == before
    if case.check == 3:
        assert result.code == 3
        return
    steps = json.loads(result.out)["steps"]
    planned = {
        action: [s["filename"] for s in steps if s["action"] == action] for action in ("create", "update", "delete")
    }
    assert result.code == (1 if any(planned.values()) else 0)
    if case.expected_sync.exit != 4:
        done = differences(before_in_dags(before), look_at_dags_after_sync(case, place, command))
        assert planned == {"create": done["created"], "update": done["changed"], "delete": done["removed"]}


def before_in_dags(before: dict[str, Look]) -> dict[str, Look]:
    looks = {name.removeprefix("dags/"): look for name, look in before.items() if name.startswith("dags/")}
    return python_files(looks)


def look_at_dags_after_sync(case: Case, place: Path, command: RunAs) -> dict[str, Look]:
    sync(case, command)
    return python_files(look_at_dags(place))


def python_files(looks: dict[str, Look]) -> dict[str, Look]:
    return {name: look for name, look in looks.items() if name.endswith(".py")}


def sync(case: Case, command: RunAs) -> Result:
    options = [*source_options(case), *case.expected_sync.options]
    return command("sync", "--once", "--dags-dir", "dags", *options)


def look_at_dags(place: Path) -> dict[str, Look]:
    return snapshot(place / "dags")


def look_outside_of_dags(place: Path) -> dict[str, Look]:
    return {name: look for name, look in snapshot(place).items() if not name.startswith("dags")}


def differences(before: dict[str, Look], after: dict[str, Look]) -> dict[str, list[str]]:
    both = before.keys() & after.keys()
    return {
        "created": sorted(after.keys() - before.keys()),
        "changed": sorted(name for name in both if before[name] != after[name]),
        "removed": sorted(before.keys() - after.keys()),
        "untouched": sorted(name for name in both if before[name] == after[name]),
    }


def test_a_job_that_runs_would_leave_a_file_behind(tmp_path: Path) -> None:
    """Otherwise the tests above would pass even if discovery ran the jobs."""
    package = shutil.copytree(CASES / "never_run" / "packages" / "shop", tmp_path / "shop")
    for name in ("exits", "kills"):
        subprocess.run([sys.executable, package / "jobs" / f"{name}.py"])
        (package / "jobs" / "was_run.txt").unlink()
