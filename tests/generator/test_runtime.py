"""What happens when a task runs: which job is imported from where, with which arguments, and how its end is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field

import pytest
from _workspace import COMMAND, environment

# sys.path and sys.modules belong to a process, so each run has one of its own, as in Airflow.
RUN_TASK = """\
import json, sys
from types import SimpleNamespace
from airflow_control_plane.runtime import run_task
module, import_root, conf, params = json.loads(sys.argv[1])
outcome = {}
try:
    run_task(module, import_root, {"dag_run": SimpleNamespace(conf=conf), "params": params})
except BaseException as error:
    outcome = {"type": type(error).__name__, "message": str(error)}
print(json.dumps({**outcome, "path": sys.path, "argv": sys.argv[:1]}))
"""
SUCCEEDS = None


@dataclass(frozen=True)
class Run:
    printed: str
    path: list[str]
    argv: list[str]
    failure: str | None = field(default=SUCCEEDS)


class Packages:
    def __init__(self, root):
        self.root = root

    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def write_job(self, body, before=""):
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        return self.write("shop/jobs/job.py", f'{before}def entrypoint(argv):\n{lines}\nJOB = (entrypoint, "A job")\n')

    def run(self, module="shop.jobs.job", import_root=".", conf=None, params=None, roots=None, **variables):
        """Runs the job as its DAG would; `failure` is the exception that Airflow would see."""
        variables = {"ETL_PACKAGES_ROOT": str(roots or self.root), **variables}
        done = subprocess.run(
            [sys.executable, "-B", "-c", RUN_TASK, json.dumps([module, import_root, conf, params or {}])],
            env=environment(**{"PYTHONPATH": environment()["PYTHONPATH"], **variables}),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        printed, _, last = done.stdout.rstrip("\n").rpartition("\n")
        outcome = json.loads(last)
        failure = f"{outcome['type']}: {outcome['message']}" if "type" in outcome else SUCCEEDS
        return Run(printed, outcome["path"], outcome["argv"], failure)


@pytest.fixture
def packages(tmp_path):
    return Packages(tmp_path / "packages")


NO_EXIT_CODE = "expected an exit code: 0 or None for success, any other int for failure"


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("return 0", SUCCEEDS),
        ("return None", SUCCEEDS),
        ("pass", SUCCEEDS),
        ("raise SystemExit", SUCCEEDS),
        ("raise SystemExit(0)", SUCCEEDS),
        ("return 3", "JobFailed: job shop.job failed with exit code 3"),
        ("return -1", "JobFailed: job shop.job failed with exit code -1"),
        ("import enum; return enum.IntEnum('Code', {'OK': 0}).OK", SUCCEEDS),
        ("import enum; return enum.IntEnum('Code', {'BAD': 7}).BAD", "JobFailed: job shop.job failed with exit code 7"),
        ("raise SystemExit(4)", "JobFailed: job shop.job failed with exit code 4"),
        ("raise SystemExit('no orders today')", "JobFailed: job shop.job stopped: no orders today"),
        ("import sys; sys.exit('')", "JobFailed: job shop.job stopped: "),
        ("raise ValueError('bad order 17')", "ValueError: bad order 17"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
        ("return True", f"JobFailed: job shop.job returned True of type bool, {NO_EXIT_CODE}"),
        ("return False", f"JobFailed: job shop.job returned False of type bool, {NO_EXIT_CODE}"),
        ("return 'done'", f"JobFailed: job shop.job returned 'done' of type str, {NO_EXIT_CODE}"),
        ("return 0.0", f"JobFailed: job shop.job returned 0.0 of type float, {NO_EXIT_CODE}"),
        ("raise SystemExit(2.5)", f"JobFailed: job shop.job returned 2.5 of type float, {NO_EXIT_CODE}"),
    ],
)
def test_an_exit_code_of_0_or_none_succeeds_and_all_else_says_why_it_failed(body, failure, packages):
    packages.write_job(body)
    expected = failure and failure.replace(f", {NO_EXIT_CODE}", f"; {NO_EXIT_CODE}")
    assert packages.run().failure == expected


def test_a_coroutine_is_no_exit_code(packages):
    packages.write("shop/jobs/job.py", 'async def entrypoint(argv):\n    return 0\n\n\nJOB = (entrypoint, "A job")\n')
    failure = packages.run().failure
    assert failure.startswith("JobFailed: job shop.job returned <coroutine object entrypoint at 0x")
    assert failure.endswith(f"of type coroutine; {NO_EXIT_CODE}")


def test_a_long_result_is_cut_short(packages):
    packages.write_job("return 'x' * 10_000")
    assert len(packages.run().failure) < 400


@pytest.mark.parametrize(
    ("conf", "params", "arguments"),
    [
        (None, {}, []),
        (None, {"args": None}, []),
        (None, {"args": []}, []),
        (None, {"args": ["--name", "Ada"]}, ["--name", "Ada"]),
        ({}, {"args": ["from params"]}, ["from params"]),
        ({"other": 1}, {"args": ["from params"]}, ["from params"]),
        ({"args": ["from conf"]}, {"args": ["from params"]}, ["from conf"]),
        ({"args": []}, {"args": ["from params"]}, []),
        ({"args": None}, {"args": ["from params"]}, []),
        ({"args": ["", " ", "ü", "a\nb", "{{ ds }}", "--"]}, {}, ["", " ", "ü", "a\nb", "{{ ds }}", "--"]),
    ],
)
def test_arguments_come_from_the_conf_else_from_the_params(conf, params, arguments, packages):
    packages.write_job("import json; print(json.dumps(argv))")
    run = packages.run(conf=conf, params=params)
    assert (run.failure, json.loads(run.printed)) == (SUCCEEDS, arguments)


@pytest.mark.parametrize("args", ["--name Ada", 5, {"name": "Ada"}, [1], ["--n", 1], [["--n"]], [None], True, 0, ""])
@pytest.mark.parametrize("by", ["conf", "params"])
def test_arguments_of_a_wrong_type_are_refused_before_the_job_starts(args, by, packages):
    packages.write_job("print('started')", before="print('imported')\n")
    run = packages.run(**{by: {"args": args}})
    assert run.failure == (
        f'JobFailed: args is {args!r}, expected a list of strings such as {{"args": ["--name", "Ada"]}}'
    )
    assert run.printed == ""


def test_the_job_sees_its_name_and_arguments_in_sys_argv_and_the_task_its_own_again(packages):
    packages.write_job("import argparse, sys; print(sys.argv, argparse.ArgumentParser().prog); argv.clear()")
    run = packages.run(conf={"args": ["a"]})
    assert run.printed == "['shop.job', 'a'] shop.job"
    assert run.argv == ["-c"]


@pytest.mark.parametrize(
    ("text", "job"),
    [
        ("x = 1\n", "None"),
        ("JOB = print\n", "<built-in function print>"),
        ("JOB = (print,)\n", "(<built-in function print>,)"),
        ("JOB = ('print', 'A job')\n", "('print', 'A job')"),
        ("JOB = (None, 'A job')\n", "(None, 'A job')"),
    ],
)
def test_a_job_that_cannot_be_called_is_named(text, job, packages):
    path = packages.write("shop/jobs/job.py", text)
    assert packages.run().failure == f'JobFailed: {path}: JOB is {job}, expected (entrypoint, "description")'


def test_an_import_error_passes_through(packages):
    packages.write_job("return 0", before="import no_such_library\n")
    assert packages.run().failure == "ModuleNotFoundError: No module named 'no_such_library'"


@pytest.mark.parametrize(("code", "shown"), [("0", "0"), ("", "None"), ("'bye'", "'bye'")])
def test_a_module_that_exits_when_it_is_imported_is_no_success(code, shown, packages):
    packages.write_job("return 0", before=f"import sys\n\nsys.exit({code})\n")
    assert packages.run().failure == (
        f"JobFailed: shop.jobs.job calls sys.exit({shown}) when it is imported; call it in the job"
    )


def test_a_job_file_that_is_gone_is_named_with_the_roots_searched(packages, tmp_path):
    roots = f"{packages.root}{os.pathsep}{tmp_path / 'others'}"
    assert packages.run(roots=roots).failure == (
        f"JobFailed: shop/jobs/job.py does not exist any more; searched {roots}"
    )


def test_a_missing_variable_for_the_roots_is_named(packages):
    assert packages.run(ETL_PACKAGES_ROOT="").failure == (
        "JobFailed: shop/jobs/job.py does not exist any more; searched nothing, as ETL_PACKAGES_ROOT is not set"
    )


def test_of_several_roots_the_first_that_has_the_job_counts(packages, tmp_path):
    packages.write_job("print('second root')")
    (tmp_path / "first" / "shop").mkdir(parents=True)
    run = packages.run(roots=f"{tmp_path / 'first'}{os.pathsep}{packages.root}")
    assert (run.failure, run.printed) == (SUCCEEDS, "second root")


def test_a_package_of_the_same_name_installed_elsewhere_does_not_win(packages, tmp_path):
    installed = Packages(tmp_path / "installed")
    installed.write("shop/__init__.py", "")
    installed.write("shop/jobs/__init__.py", "")
    installed.write_job("print('installed')")
    packages.write("shop/__init__.py", "")
    packages.write("shop/jobs/__init__.py", "")
    packages.write_job("print('ours')")
    run = packages.run(PYTHONPATH=f"{environment()['PYTHONPATH']}{os.pathsep}{installed.root}")
    assert (run.failure, run.printed) == (SUCCEEDS, "ours")


def test_an_installed_package_that_does_win_is_a_clear_error(packages, tmp_path):
    """Without __init__.py ours is a namespace package, and any regular package comes before those."""
    installed = Packages(tmp_path / "installed")
    installed.write("shop/__init__.py", "")
    installed.write("shop/jobs/__init__.py", "")
    theirs = installed.write_job("print('installed')")
    ours = packages.write_job("print('ours')")
    run = packages.run(PYTHONPATH=f"{environment()['PYTHONPATH']}{os.pathsep}{installed.root}")
    assert run.printed == ""
    assert run.failure == (
        f"JobFailed: shop.jobs.job was imported from {theirs}, expected {ours}: "
        "another package of the name shop is installed; rename one of them"
    )


def test_the_import_root_comes_first_then_shared_code_then_the_rest(packages):
    packages.root = packages.root / "a-project" / "src"
    packages.write_job("return 0")
    root = packages.root.parents[1]
    run = packages.run(
        import_root="a-project/src", roots=root, ETL_PYTHON_PATH=os.pathsep.join([".", "lib", "/opt/shared", "lib"])
    )
    assert run.failure is SUCCEEDS
    assert run.path[:4] == [str(packages.root), str(root), str(root / "lib"), "/opt/shared"]
    assert environment()["PYTHONPATH"] in run.path[4:]


@pytest.mark.parametrize("already", ["a-project", ".", "lib:.:a-project"])
def test_the_order_holds_whatever_stands_on_the_path_already(already, packages, tmp_path):
    packages.write("a-project/shop/jobs/job.py", 'JOB = (lambda argv: 0, "A job")\n')
    before = os.pathsep.join(str((packages.root / folder).resolve()) for folder in already.split(":"))
    run = packages.run(
        import_root="a-project",
        ETL_PYTHON_PATH=".:lib",
        PYTHONPATH=f"{tmp_path}{os.pathsep}{before}{os.pathsep}{environment()['PYTHONPATH']}",
    )
    assert run.failure is SUCCEEDS
    assert run.path[:3] == [str(packages.root / "a-project"), str(packages.root), str(packages.root / "lib")]
    assert len(set(run.path)) == len(run.path)


def test_shared_code_at_the_root_imports_from_a_package_of_its_own_project(packages):
    packages.write("etl_core/jobs.py", "GREETING = 'from etl_core'\n")
    job = 'from etl_core.jobs import GREETING\nJOB = (lambda argv: print(GREETING), "A job")\n'
    packages.write("a-project/src/shop/jobs/job.py", job)
    run = packages.run(import_root="a-project/src")
    assert (run.failure, run.printed) == (SUCCEEDS, "from etl_core")


# How a source looks on disk: the link that is re-pointed, and what it points to for a version.
SWAPS = {
    "the root is a link, as git-sync makes it": ("current", "versions/{version}", "current"),
    "the root holds a ..data link, as a ConfigMap does": ("root/..data", "..{version}", "root"),
    "the root holds a link for each package": ("root/shop", ".versions/{version}/shop", "root"),
}


@pytest.mark.parametrize(("link", "target", "root"), SWAPS.values(), ids=SWAPS)
def test_a_source_swapped_mid_run_cannot_mix_versions(link, target, root, tmp_path):
    link = tmp_path / link
    link.parent.mkdir(exist_ok=True)
    for version in ("old", "new"):
        real = link.parent / target.format(version=version)
        package = Packages(real.parent if real.name == "shop" else real)
        package.write("shop/helper.py", f"VERSION = {version!r}\n")
        package.write_job(
            f"import os\nos.symlink({target.format(version='new')!r}, {str(link) + '.new'!r})\n"
            f"os.replace({str(link) + '.new'!r}, {str(link)!r})\n"
            f"from shop.helper import VERSION\nprint({version!r}, VERSION)"
        )
    link.symlink_to(target.format(version="old"))
    if link.name == "..data":
        (link.parent / "shop").symlink_to("..data/shop")

    assert Packages(tmp_path / root).run().printed == "old old"
    assert Packages(tmp_path / root).run().printed == "new new"


@pytest.mark.parametrize("python_path", [".", "lib"])
def test_a_package_may_be_a_link_to_a_folder_of_another_name(python_path, packages):
    Packages(packages.root / ".store").write("abc123/jobs/job.py", 'JOB = (lambda argv: print("ran"), "A job")\n')
    (packages.root / "shop").symlink_to(".store/abc123")
    run = packages.run(ETL_PYTHON_PATH=python_path)
    assert (run.failure, run.printed) == (SUCCEEDS, "ran")


def test_a_jobs_folder_may_be_a_link_to_another_place_of_the_root(packages):
    packages.write("common/job.py", 'JOB = (lambda argv: print("ran"), "A job")\n')
    (packages.root / "a-project/shop").mkdir(parents=True)
    (packages.root / "a-project/shop/jobs").symlink_to("../../common")
    run = packages.run(import_root="a-project")
    assert (run.failure, run.printed) == (SUCCEEDS, "ran")


def run_command(packages, *arguments):
    return subprocess.run(
        [*COMMAND, "run", "--packages-root", str(packages.root), *arguments],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize(
    ("body", "code", "last_line"),
    [
        ("return 0", 0, ""),
        ("return None", 0, ""),
        ("return 3", 1, "✗ job shop.job failed with exit code 3"),
        ("raise SystemExit('no orders')", 1, "✗ job shop.job stopped: no orders"),
        ("return True", 1, f"✗ job shop.job returned True of type bool; {NO_EXIT_CODE}"),
        ("raise ValueError('bad order 17')", 1, "ValueError: bad order 17"),
    ],
)
def test_the_run_command_ends_with_1_if_the_job_failed(body, code, last_line, packages):
    packages.write_job(body)
    done = run_command(packages, "shop.job")
    assert (done.returncode, done.stderr.rstrip("\n").rpartition("\n")[2]) == (code, last_line)


def test_the_run_command_hands_on_what_follows_two_dashes(packages):
    packages.write_job("print(argv)")
    done = run_command(packages, "shop.job", "--", "--name", "Ada")
    assert (done.returncode, done.stdout) == (0, "['--name', 'Ada']\n")


def test_the_run_command_shows_where_a_job_raised(packages):
    path = packages.write_job("raise ValueError('bad order 17')")
    assert f'File "{path}", line 2, in entrypoint' in run_command(packages, "shop.job").stderr


def test_the_run_command_names_the_jobs_there_are_if_it_does_not_know_one(packages):
    packages.write_job("return 0")
    done = run_command(packages, "shop.jbo")
    assert (done.returncode, done.stderr) == (
        2,
        f"airflow-control-plane: no job shop.jbo in {packages.root}; there are: shop.job\n",
    )
