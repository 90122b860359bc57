"""What happens when a task runs: where its job is imported from, with which arguments, and which results succeed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from _workspace import environment
from airflow_control_plane.runtime import JobFailed, arguments

# sys.path and sys.modules belong to a process, so each run has its own, as in Airflow.
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
        """Runs the job as its DAG does. `failure` is the exception that Airflow would get."""
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


EXPECTED = "expected an exit code: 0 or None for success, any other int for failure"


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
        ("return True", f"JobFailed: job shop.job returned True of type bool; {EXPECTED}"),
        ("return False", f"JobFailed: job shop.job returned False of type bool; {EXPECTED}"),
        ("return 'done'", f"JobFailed: job shop.job returned 'done' of type str; {EXPECTED}"),
        ("return 0.0", f"JobFailed: job shop.job returned 0.0 of type float; {EXPECTED}"),
        ("raise SystemExit(2.5)", f"JobFailed: job shop.job returned 2.5 of type float; {EXPECTED}"),
    ],
)
def test_exit_code_0_or_none_succeeds_and_any_other_result_fails_with_a_reason(body, failure, packages):
    packages.write_job(body)
    assert packages.run().failure == failure


def test_a_coroutine_is_not_an_exit_code(packages):
    packages.write("shop/jobs/job.py", 'async def entrypoint(argv):\n    return 0\n\n\nJOB = (entrypoint, "A job")\n')
    failure = packages.run().failure
    assert failure.startswith("JobFailed: job shop.job returned <coroutine object entrypoint at 0x")
    assert failure.endswith(f"of type coroutine; {EXPECTED}")


def test_a_long_result_is_shortened_in_the_message(packages):
    packages.write_job("return 'x' * 10_000")
    assert len(packages.run().failure) < 400


@pytest.mark.parametrize(
    ("conf", "params", "expected"),
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
def test_arguments_come_from_the_conf_if_it_has_any_and_otherwise_from_the_params(conf, params, expected, packages):
    packages.write_job("import json; print(json.dumps(argv))")
    run = packages.run(conf=conf, params=params)
    assert (run.failure, json.loads(run.printed)) == (SUCCEEDS, expected)


@pytest.mark.parametrize("args", ["--name Ada", 5, {"name": "Ada"}, [1], ["--n", 1], [["--n"]], [None], True, 0, ""])
@pytest.mark.parametrize("place", ["conf", "params"])
def test_arguments_of_the_wrong_type_are_refused(args, place):
    context = {"dag_run": SimpleNamespace(conf={}), "params": {}}
    (context["dag_run"].conf if place == "conf" else context["params"])["args"] = args
    with pytest.raises(JobFailed) as refused:
        arguments(context)
    assert str(refused.value) == f'args is {args!r}; expected a list of strings such as {{"args": ["--name", "Ada"]}}'


def test_wrong_arguments_are_refused_before_the_job_is_imported(packages):
    packages.write_job("print('started')", before="print('imported')\n")
    run = packages.run(conf={"args": 5})
    assert (run.failure, run.printed) == (
        'JobFailed: args is 5; expected a list of strings such as {"args": ["--name", "Ada"]}',
        "",
    )


def test_sys_argv_has_the_name_and_arguments_of_the_job_and_is_restored_afterwards(packages):
    packages.write_job("import argparse, sys; print(sys.argv, argparse.ArgumentParser().prog); argv.clear()")
    run = packages.run(conf={"args": ["a"]})
    assert run.printed == "['shop.job', 'a'] shop.job"
    assert run.argv == ["-c"]


JOB_DEFINITION = """\
from dataclasses import dataclass


@dataclass(frozen=True)
class JobDefinition:
    entrypoint: object
    description: str


"""


@pytest.mark.parametrize(
    "job",
    [
        "(print, 'A job')",
        "JobDefinition(print, 'A job')",
        "JobDefinition(description='A job', entrypoint=print)",
    ],
)
def test_a_job_is_a_tuple_or_an_object_with_an_entry_point(job, packages):
    packages.write("shop/jobs/job.py", f"{JOB_DEFINITION}JOB = {job}\n")
    run = packages.run(conf={"args": ["ran"]})
    assert (run.failure, run.printed) == (SUCCEEDS, "['ran']")


def test_a_job_definition_may_come_from_shared_code(packages):
    packages.write("etl_core/jobs.py", JOB_DEFINITION)
    packages.write("shop/jobs/job.py", "from etl_core import jobs\n\nJOB = jobs.JobDefinition(print, 'A job')\n")
    run = packages.run(conf={"args": ["ran"]})
    assert (run.failure, run.printed) == (SUCCEEDS, "['ran']")


@pytest.mark.parametrize(
    ("text", "job"),
    [
        ("x = 1\n", "None"),
        ("JOB = print\n", "<built-in function print>"),
        ("JOB = (print,)\n", "(<built-in function print>,)"),
        ("JOB = ('print', 'A job')\n", "('print', 'A job')"),
        ("JOB = (None, 'A job')\n", "(None, 'A job')"),
        ("JOB = (print, 'A job', 1)\n", "(<built-in function print>, 'A job', 1)"),
        (f"{JOB_DEFINITION}JOB = JobDefinition\n", "<class 'shop.jobs.job.JobDefinition'>"),
        (
            f"{JOB_DEFINITION}JOB = JobDefinition('print', 'A job')\n",
            "JobDefinition(entrypoint='print', description='A job')",
        ),
    ],
)
def test_a_job_without_a_callable_entry_point_is_an_error_that_shows_it(text, job, packages):
    path = packages.write("shop/jobs/job.py", text)
    assert packages.run().failure == f'JobFailed: {path}: JOB is {job}; expected (entrypoint, "description")'


def test_an_import_error_of_the_job_reaches_airflow(packages):
    packages.write_job("return 0", before="import no_such_library\n")
    assert packages.run().failure == "ModuleNotFoundError: No module named 'no_such_library'"


@pytest.mark.parametrize(("code", "shown"), [("0", "0"), ("", "None"), ("'bye'", "'bye'")])
def test_a_module_that_exits_while_it_is_imported_has_failed(code, shown, packages):
    packages.write_job("return 0", before=f"import sys\n\nsys.exit({code})\n")
    assert packages.run().failure == (
        f"JobFailed: shop.jobs.job calls sys.exit({shown}) while it is imported; call it in the entry point instead"
    )


def test_a_missing_job_file_is_an_error_that_names_the_roots(packages, tmp_path):
    roots = f"{packages.root}{os.pathsep}{tmp_path / 'others'}"
    assert packages.run(roots=roots).failure == (f"JobFailed: shop/jobs/job.py no longer exists; searched {roots}")


def test_a_missing_variable_for_the_roots_is_an_error_that_names_it(packages):
    assert packages.run(ETL_PACKAGES_ROOT="").failure == (
        "JobFailed: shop/jobs/job.py no longer exists; searched nowhere, because ETL_PACKAGES_ROOT is not set"
    )


def test_the_first_root_that_contains_the_job_is_used(packages, tmp_path):
    packages.write_job("print('second root')")
    (tmp_path / "first" / "shop").mkdir(parents=True)
    run = packages.run(roots=f"{tmp_path / 'first'}{os.pathsep}{packages.root}")
    assert (run.failure, run.printed) == (SUCCEEDS, "second root")


def test_an_installed_package_with_the_same_name_is_not_imported_instead(packages, tmp_path):
    installed = Packages(tmp_path / "installed")
    installed.write("shop/__init__.py", "")
    installed.write("shop/jobs/__init__.py", "")
    installed.write_job("print('installed')")
    packages.write("shop/__init__.py", "")
    packages.write("shop/jobs/__init__.py", "")
    packages.write_job("print('ours')")
    run = packages.run(PYTHONPATH=f"{environment()['PYTHONPATH']}{os.pathsep}{installed.root}")
    assert (run.failure, run.printed) == (SUCCEEDS, "ours")


def test_an_installed_package_that_is_imported_instead_is_an_error_that_names_both_files(packages, tmp_path):
    """Without __init__.py ours is a namespace package, and Python prefers any regular package."""
    installed = Packages(tmp_path / "installed")
    installed.write("shop/__init__.py", "")
    installed.write("shop/jobs/__init__.py", "")
    theirs = installed.write_job("print('installed')")
    ours = packages.write_job("print('ours')")
    run = packages.run(PYTHONPATH=f"{environment()['PYTHONPATH']}{os.pathsep}{installed.root}")
    assert run.printed == ""
    assert run.failure == (
        f"JobFailed: shop.jobs.job was imported from {theirs} instead of {ours}: "
        "another package named shop is installed; rename one of them"
    )


def test_sys_path_begins_with_the_import_root_followed_by_shared_code(packages):
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
def test_sys_path_has_this_order_even_if_it_had_these_folders_before(already, packages, tmp_path):
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


def test_a_package_in_a_folder_of_its_own_can_import_shared_code_from_the_root(packages):
    packages.write("etl_core/jobs.py", "GREETING = 'from etl_core'\n")
    job = 'from etl_core.jobs import GREETING\nJOB = (lambda argv: print(GREETING), "A job")\n'
    packages.write("a-project/src/shop/jobs/job.py", job)
    run = packages.run(import_root="a-project/src")
    assert (run.failure, run.printed) == (SUCCEEDS, "from etl_core")


# How a source publishes a version: the link that it replaces, and the target of the link.
SWAPS = {
    "the_root_is_a_link_as_in_git-sync": ("current", "versions/{version}", "current"),
    "the_root_contains_a_data_link_as_in_a_ConfigMap": ("root/..data", "..{version}", "root"),
    "the_root_contains_a_link_for_each_package": ("root/shop", ".versions/{version}/shop", "root"),
}


@pytest.mark.parametrize(("link", "target", "root"), SWAPS.values(), ids=SWAPS)
def test_a_run_never_mixes_two_versions_of_the_source(link, target, root, tmp_path):
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
def test_a_package_may_be_a_link_to_a_folder_with_another_name(python_path, packages):
    Packages(packages.root / ".store").write("abc123/jobs/job.py", 'JOB = (lambda argv: print("ran"), "A job")\n')
    (packages.root / "shop").symlink_to(".store/abc123")
    run = packages.run(ETL_PYTHON_PATH=python_path)
    assert (run.failure, run.printed) == (SUCCEEDS, "ran")


def test_a_jobs_folder_may_be_a_link_to_another_folder_of_the_root(packages):
    packages.write("common/job.py", 'JOB = (lambda argv: print("ran"), "A job")\n')
    (packages.root / "a-project/shop").mkdir(parents=True)
    (packages.root / "a-project/shop/jobs").symlink_to("../../common")
    run = packages.run(import_root="a-project")
    assert (run.failure, run.printed) == (SUCCEEDS, "ran")
