"""The commands and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from airflow_control_plane.cli import inspect_commands, run_commands, sync_commands
from airflow_control_plane.model.errors import EXIT_CODE_MEANINGS, ExitCode
from airflow_control_plane.runtime import PACKAGES_ROOT_VARIABLE
from airflow_control_plane.sync.status import DEFAULT_PORT
from airflow_control_plane.version import VERSION

DAGS_DIR_VARIABLES = ("AIRFLOW_DAGS_DIR", "AIRFLOW__CORE__DAGS_FOLDER")  # the first one that is set is used
SETTINGS_VARIABLE = "AIRFLOW_CONTROL_PLANE_SETTINGS"


class _Parser(argparse.ArgumentParser):
    """Accepts no abbreviated flags: the next new flag could change what they mean."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)


def parser() -> argparse.ArgumentParser:
    """The command line. `command` of the parsed options is the function to call with them."""
    result = _Parser(
        prog="airflow-control-plane",
        description="Keeps a folder of Airflow DAG files exactly in step with plain Python jobs.",
        epilog="exit codes:\n" + "\n".join(f"  {code:d}  {meaning}" for code, meaning in EXIT_CODE_MEANINGS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("--version", action="version", version=f"%(prog)s {VERSION}")
    commands = result.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Callable[..., ExitCode], text: str, *shared: _Parser, **more: Any) -> _Parser:
        subparser: _Parser = commands.add_parser(name, help=text, parents=shared, **more)
        subparser.set_defaults(command=command)
        return subparser

    source, target, deletion, as_json, job = _source(), _target(), _deletion(), _format("json"), _job()
    add("discover", inspect_commands.discover, "list the jobs of all packages", source, as_json)
    add("check", inspect_commands.check, "list the problems in job files; exits 1 if there are any", source, as_json)
    add("explain", inspect_commands.explain, "show every setting of a job and its origin", source, as_json, job)
    add("graph", inspect_commands.graph, "show which jobs run after which", source, _format("mermaid"))
    add("schema", inspect_commands.schema, "print the JSON Schema of JOB_CONFIG")
    text = "show what sync would do; exits 1 if it would change anything"
    add("plan", sync_commands.plan, text, source, as_json, target, deletion)
    add("generate", sync_commands.generate, "write the DAG files of all jobs; delete nothing", source, target)
    text = "keep the DAG folder in step with the packages until stopped"
    port = _status_port("port on which to serve /healthz, /status and /metrics")
    sync = add("sync", sync_commands.sync, text, source, target, deletion, port)
    sync.add_argument("--once", action="store_true", help="make one pass, then exit")
    sync.add_argument("--strict", action="store_true", help="with --once: exit 1 if any job file has a problem")
    text = "address to listen on; 0.0.0.0 means all interfaces (default: 127.0.0.1)"
    sync.add_argument("--status-host", metavar="ADDRESS", default="127.0.0.1", help=text)
    text, usage = "run one job as Airflow would; arguments after -- are its own", "%(prog)s [options] JOB [-- ARGS]"
    add("run", run_commands.run, text, source, job, usage=usage)
    port = _status_port("port on which the running sync serves its status")
    add("status", run_commands.status, "show the status of the running sync", as_json, port)
    return result


def _source() -> _Parser:
    options = _Parser(add_help=False)
    options.add_argument(
        "--packages-root",
        dest="packages_roots",
        metavar="DIR",
        action="append",
        help=f"folder of packages; may be repeated (default: ${PACKAGES_ROOT_VARIABLE}, else ./packages)",
    )
    options.add_argument("--settings", metavar="FILE", help=f"settings file in JSON (default: ${SETTINGS_VARIABLE})")
    return options


def _target() -> _Parser:
    options = _Parser(add_help=False)
    default = ", else ".join(f"${name}" for name in DAGS_DIR_VARIABLES)
    options.add_argument("--dags-dir", metavar="DIR", help=f"the DAG folder (default: {default})")
    return options


def _deletion() -> _Parser:
    options = _Parser(add_help=False)
    options.add_argument("--allow-empty", action="store_true", help="accept that there are no jobs at all")
    options.add_argument("--allow-mass-delete", action="store_true", help="delete any number of DAGs at once")
    return options


def _format(other: str) -> _Parser:
    options = _Parser(add_help=False)
    options.add_argument("--format", choices=("text", other), default="text", help="output format (default: text)")
    return options


def _job() -> _Parser:
    options = _Parser(add_help=False)
    options.add_argument("job", metavar="JOB", help="package.job")
    return options


def _status_port(text: str) -> _Parser:
    options = _Parser(add_help=False)
    text = f"{text} (default: {DEFAULT_PORT})"
    options.add_argument("--status-port", metavar="PORT", type=_port, default=DEFAULT_PORT, help=text)
    return options


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; expected a number from 1 to 65535")
    return int(text)
