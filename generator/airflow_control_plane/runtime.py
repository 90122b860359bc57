"""What a generated DAG does when its task runs: import the job, call it, and judge the result. Standard library only.

Generated files import this module inside their functions, never while Airflow parses them.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

PACKAGES_ROOT_VARIABLE = "ETL_PACKAGES_ROOT"
PYTHON_PATH_VARIABLE = "ETL_PYTHON_PATH"

_SECONDS_TO_END = 30
# The operating system keeps eight bits of any other exit code, which may then look like success.
_EXIT_CODES = range(256)

log = logging.getLogger(__name__)


# The exit codes that mean something to Airflow. BashOperator treats 99 as a skip as well.
SKIP_EXIT_CODE = 99
NO_RETRY_EXIT_CODE = 98


class JobFailed(RuntimeError):
    """The job failed; the message says how. `exit_code` is the job's own, or None if it did not get that far."""

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class _Place(NamedTuple):
    """Where a job's package really is, with all links resolved, so that a run sees one version of the source."""

    import_root: str
    root: str


class Job(NamedTuple):
    """What to run: a module named package.jobs.job, how to import it, and what its settings ask for."""

    module: str
    import_root: str
    env: Mapping[str, str] = {}
    python: str | None = None

    @property
    def key(self) -> str:
        package, _, name = self.module.split(".")
        return f"{package}.{name}"


def run_task(
    module: str,
    import_root: str,
    context: Mapping[str, Any],
    env: Mapping[str, str] | None = None,
    python: str | None = None,
) -> None:
    """Runs a job as an Airflow task, with the arguments from the run's conf or params.

    Raises JobFailed, and Airflow's own exceptions for the exit codes that mean "skip" and "do not retry".
    """
    job = Job(module, import_root, env or {}, python)
    try:
        run_job(job, arguments(context), split_paths(os.environ.get(PACKAGES_ROOT_VARIABLE, "")))
    except JobFailed as failure:
        if failure.exit_code == SKIP_EXIT_CODE:
            from airflow.sdk.exceptions import AirflowSkipException

            raise AirflowSkipException(f"{failure}, which means skip") from None
        if failure.exit_code == NO_RETRY_EXIT_CODE:
            from airflow.sdk.exceptions import AirflowFailException

            raise AirflowFailException(f"{failure}, which means do not retry") from failure
        raise


def arguments(context: Mapping[str, Any]) -> list[str]:
    """`args` from the run's conf, else from its params. None means no arguments. Raises JobFailed."""
    conf = getattr(context.get("dag_run"), "conf", None) or {}
    args = conf["args"] if "args" in conf else context["params"].get("args")
    if args is None:
        return []
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise JobFailed(f'args is {ascii(args)}; expected a list of strings such as {{"args": ["--name", "Ada"]}}')
    return args


def run_job(job: Job, args: Sequence[str], roots: Sequence[str]) -> None:
    """Runs a job from the first of `roots` that contains it. Returns if it succeeds.

    Raises JobFailed for any result other than 0 or None. What the job itself raises passes through.
    """
    place = _locate(job, roots)
    os.environ.update(job.env)
    log.info("Running %s from %s", job.key, place.import_root)
    if job.python:
        result: object = _call_in_other_python(job, place, args)
    else:
        result = _call(job, place, args)
    _judge(result, job.key)


def _call(job: Job, place: _Place, args: Sequence[str]) -> object:
    """Imports the job here and calls its entry point. Returns what that returned or exited with."""
    first = _python_path(place)
    sys.path[:] = [*first, *(path for path in sys.path if path not in first)]
    argv, sys.argv = sys.argv, [job.key, *args]
    try:
        entrypoint = _entrypoint(_import(job.module, place), job.key)
        try:
            return entrypoint(list(args))
        except SystemExit as leaving:
            if isinstance(leaving.code, str):
                raise JobFailed(f"job {job.key} stopped: {leaving.code}") from leaving
            return leaving.code
    finally:
        sys.argv = argv


def _call_in_other_python(job: Job, place: _Place, args: Sequence[str]) -> object:
    """The same in another interpreter, which needs nothing installed: it runs this file."""
    assert job.python is not None
    interpreter = os.path.join(place.root, job.python)
    command = [interpreter, os.path.abspath(__file__), job.module, place.import_root, place.root, *args]
    try:
        # The standard input of a task is Airflow's connection to its supervisor.
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": ""})
    except OSError as error:
        raise JobFailed(f"job {job.key}: the interpreter {interpreter} cannot be run: {error.strerror}") from None
    try:
        returncode = child.wait()
    except BaseException:  # a timeout or a signal that ends this task also ends the job
        child.terminate()
        try:
            child.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            child.kill()
        raise
    if returncode < 0:
        raise JobFailed(f"job {job.key} was killed by signal {-returncode} ({signal.strsignal(-returncode)})")
    return returncode


def _main_in_other_python(module: str, import_root: str, root: str, *args: str) -> None:
    """The program of the other interpreter: exits with the job's exit code."""
    # Airflow shows everything on standard error as an error.
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    sys.path.pop(0)  # this file's own folder
    job = Job(module, import_root)
    try:
        result = _call(job, _Place(import_root, root), args)
        if isinstance(result, int) and not isinstance(result, bool) and result in _EXIT_CODES:
            sys.exit(int(result))
        _judge(result, job.key)
    except JobFailed as failure:
        sys.exit(str(failure))


def _judge(result: object, key: str) -> None:
    if result is None:
        return
    if not isinstance(result, int) or isinstance(result, bool):
        expected = "expected an exit code: 0 or None for success, any other int for failure"
        raise JobFailed(f"job {key} returned {ascii(result)[:200]} of type {type(result).__name__}; {expected}")
    if result != 0:
        verb = "ended" if result == SKIP_EXIT_CODE else "failed"
        raise JobFailed(f"job {key} {verb} with exit code {int(result)}", int(result))


def _entrypoint(module: ModuleType, key: str) -> Any:
    """The callable in JOB: a tuple, or an object such as JobDefinition with an attribute `entrypoint`."""
    job = getattr(module, "JOB", None)
    entrypoint = job[0] if isinstance(job, tuple) and len(job) == 2 else getattr(job, "entrypoint", None)
    if not callable(entrypoint):
        raise JobFailed(f'{module.__file__}: JOB is {ascii(job)[:200]}; expected (entrypoint, "description")')
    return entrypoint


def _import(module: str, place: _Place) -> ModuleType:
    importlib.invalidate_caches()
    try:
        imported = importlib.import_module(module)
    except SystemExit as leaving:
        raise JobFailed(
            f"{module} calls sys.exit({leaving.code!r}) while it is imported; call it in the entry point instead"
        ) from leaving
    found = os.path.realpath(imported.__file__ or "")
    expected = os.path.realpath(os.path.join(place.import_root, *module.split(".")) + ".py")
    if found != expected:
        hint = f"another package named {module.partition('.')[0]} is installed; rename one of them"
        raise JobFailed(f"{module} was imported from {found} instead of {expected}: {hint}")
    return imported


def _locate(job: Job, roots: Sequence[str]) -> _Place:
    package, _, name = job.module.split(".")
    inside = os.path.normpath(os.path.join(job.import_root, package))
    for root in roots:
        real = os.path.realpath(os.path.join(root, inside))
        if os.path.isfile(os.path.join(real, "jobs", f"{name}.py")):
            # A source may publish a new version by changing a link below the root: find the root of this version.
            if real.endswith(os.sep + inside):
                return _Place(os.path.dirname(real), real[: -len(inside) - 1])
            # A package that is a link to a folder with another name can only be imported by the link's name.
            is_named = os.path.basename(real) == package
            place = os.path.dirname(real) if is_named else os.path.realpath(os.path.join(root, job.import_root))
            return _Place(place, os.path.realpath(root))
    searched = os.pathsep.join(roots) or f"nowhere, because {PACKAGES_ROOT_VARIABLE} is not set"
    raise JobFailed(f"{inside}/jobs/{name}.py no longer exists; searched {searched}")


def _python_path(place: _Place) -> list[str]:
    extra = split_paths(os.environ.get(PYTHON_PATH_VARIABLE, os.curdir))
    shared = [os.path.normpath(os.path.join(place.root, folder)) for folder in extra]
    return list(dict.fromkeys([place.import_root, *shared]))


def split_paths(paths: str) -> list[str]:
    return [path for path in paths.split(os.pathsep) if path]


if __name__ == "__main__":
    _main_in_other_python(*sys.argv[1:])
