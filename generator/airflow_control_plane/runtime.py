"""What a generated DAG does when its task runs: import the job, call it, judge how it ended. Standard library only.

Generated files import this module inside their functions, never while Airflow parses them.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

PACKAGES_ROOT_VARIABLE = "ETL_PACKAGES_ROOT"
PYTHON_PATH_VARIABLE = "ETL_PYTHON_PATH"

log = logging.getLogger(__name__)


class JobFailed(RuntimeError):
    """The job did not end well; the message says how."""


class _Place(NamedTuple):
    """Where a job's package really is: all links resolved, so that one run sees one version of the source."""

    import_root: str
    root: str


def run_task(module: str, import_root: str, context: Mapping[str, Any]) -> None:
    """Runs a job as an Airflow task, with the arguments of the run's conf or params. Raises JobFailed."""
    run_job(module, import_root, arguments(context), _split(os.environ.get(PACKAGES_ROOT_VARIABLE, "")))


def arguments(context: Mapping[str, Any]) -> list[str]:
    """`args` of the run's conf, else of its params; null or nothing is no arguments. Raises JobFailed."""
    conf = getattr(context.get("dag_run"), "conf", None) or {}
    args = conf["args"] if "args" in conf else context["params"].get("args")
    if args is None:
        return []
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise JobFailed(f'args is {ascii(args)}, expected a list of strings such as {{"args": ["--name", "Ada"]}}')
    return args


def run_job(module: str, import_root: str, args: Sequence[str], roots: Sequence[str]) -> None:
    """Imports `module` from the first of `roots` that has it, calls JOB[0] with `args`, and returns if all is well.

    Raises JobFailed for an exit code other than 0 and for anything that is no exit code; what the job itself raises
    passes through.
    """
    package, _, name = module.split(".")
    key = f"{package}.{name}"
    place = _locate(package, name, import_root, roots)
    first = _python_path(place)
    sys.path[:] = [*first, *(path for path in sys.path if path not in first)]
    log.info("Running %s from %s", key, place.import_root)
    argv, sys.argv = sys.argv, [key, *args]
    try:
        entrypoint = _entrypoint(_import(module, place), key)
        try:
            result = entrypoint(list(args))
        except SystemExit as leaving:
            result = leaving.code
            if isinstance(result, str):
                raise JobFailed(f"job {key} stopped: {result}") from leaving
    finally:
        sys.argv = argv
    _judge(result, key)


def _judge(result: object, key: str) -> None:
    if result is None:
        return
    if not isinstance(result, int) or isinstance(result, bool):
        expected = "expected an exit code: 0 or None for success, any other int for failure"
        raise JobFailed(f"job {key} returned {ascii(result)[:200]} of type {type(result).__name__}; {expected}")
    if result != 0:
        raise JobFailed(f"job {key} failed with exit code {int(result)}")


def _entrypoint(module: ModuleType, key: str) -> Any:
    job = getattr(module, "JOB", None)
    if not isinstance(job, tuple) or len(job) != 2 or not callable(job[0]):
        raise JobFailed(f'{module.__file__}: JOB is {ascii(job)[:200]}, expected (entrypoint, "description")')
    return job[0]


def _import(module: str, place: _Place) -> ModuleType:
    importlib.invalidate_caches()
    try:
        imported = importlib.import_module(module)
    except SystemExit as leaving:
        raise JobFailed(
            f"{module} calls sys.exit({leaving.code!r}) when it is imported; call it in the job"
        ) from leaving
    found = os.path.realpath(imported.__file__ or "")
    expected = os.path.realpath(os.path.join(place.import_root, *module.split(".")) + ".py")
    if found != expected:
        hint = f"another package of the name {module.partition('.')[0]} is installed; rename one of them"
        raise JobFailed(f"{module} was imported from {found}, expected {expected}: {hint}")
    return imported


def _locate(package: str, name: str, import_root: str, roots: Sequence[str]) -> _Place:
    inside = os.path.normpath(os.path.join(import_root, package))
    for root in roots:
        real = os.path.realpath(os.path.join(root, inside))
        if os.path.isfile(os.path.join(real, "jobs", f"{name}.py")):
            # A source may swap versions by re-pointing a link below the root: the root of this version is what counts.
            if real.endswith(os.sep + inside):
                return _Place(os.path.dirname(real), real[: -len(inside) - 1])
            # A package that is a link to a folder of another name imports by the link's name only.
            is_named = os.path.basename(real) == package
            place = os.path.dirname(real) if is_named else os.path.realpath(os.path.join(root, import_root))
            return _Place(place, os.path.realpath(root))
    searched = os.pathsep.join(roots) or f"nothing, as {PACKAGES_ROOT_VARIABLE} is not set"
    raise JobFailed(f"{inside}/jobs/{name}.py does not exist any more; searched {searched}")


def _python_path(place: _Place) -> list[str]:
    extra = _split(os.environ.get(PYTHON_PATH_VARIABLE, os.curdir))
    shared = [os.path.normpath(os.path.join(place.root, folder)) for folder in extra]
    return list(dict.fromkeys([place.import_root, *shared]))


def _split(paths: str) -> list[str]:
    return [path for path in paths.split(os.pathsep) if path]
