"""The command line: options in, exit code out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from airflow_control_plane.cli import inspect_commands, run_commands, sync_commands
from airflow_control_plane.discovery.scanner import default_roots
from airflow_control_plane.model.errors import EXIT_CODE_MEANINGS, ControlPlaneError, ExitCode, UsageError
from airflow_control_plane.model.text import printable
from airflow_control_plane.runtime import PACKAGES_ROOT_VARIABLE
from airflow_control_plane.sync.status_server import DEFAULT_PORT
from airflow_control_plane.version import VERSION

DAGS_DIR_VARIABLES = ("AIRFLOW_DAGS_DIR", "AIRFLOW__CORE__DAGS_FOLDER")  # the first that is set counts
SETTINGS_VARIABLE = "AIRFLOW_CONTROL_PLANE_SETTINGS"
LOG_FORMAT_VARIABLE = "AIRFLOW_CONTROL_PLANE_LOG_FORMAT"


def main(argv: Sequence[str] | None = None) -> int:
    _open_streams()
    arguments = sys.argv[1:] if argv is None else list(argv)
    own, job_arguments = _split_at_dashes(arguments)
    options = _parser().parse_args(own, argparse.Namespace(args=job_arguments))
    try:
        _complete_from_environment(options)
        return int(options.command(options))
    except ControlPlaneError as error:
        print(f"airflow-control-plane: {printable(str(error))}", file=sys.stderr)
        return int(error.exit_code)
    except BrokenPipeError:
        return int(ExitCode.OK)  # the reader has seen enough, as in `discover | head`
    finally:
        _flush_streams()


def _split_at_dashes(arguments: list[str]) -> tuple[list[str], list[str] | None]:
    """The arguments before and after the first --; None if there is none. argparse would swallow the job's own --."""
    if "--" not in arguments:
        return arguments, None
    dashes = arguments.index("--")
    return arguments[:dashes], arguments[dashes + 1 :]


def _open_streams() -> None:
    """Makes output safe: a stream that was closed (`>&-`) discards it, and no name breaks the encoding."""
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def _flush_streams() -> None:
    """Flushes as Python does at exit, but without its complaint if the reader is gone."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Parser(argparse.ArgumentParser):
    """Accepts no abbreviated flags: the next new flag could change what they mean."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="airflow-control-plane",
        description="Keeps a folder of Airflow DAG files exactly in step with plain Python jobs.",
        epilog="exit codes:\n" + "\n".join(f"  {code:d}  {meaning}" for code, meaning in EXIT_CODE_MEANINGS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {VERSION}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)

    discover = subparsers.add_parser("discover", help="list the jobs of all packages")
    _add_source_options(discover)
    _add_format_option(discover)
    discover.set_defaults(command=inspect_commands.discover)

    check = subparsers.add_parser("check", help="list the problems in job files; exits 1 if there are any")
    _add_source_options(check)
    _add_format_option(check)
    check.set_defaults(command=inspect_commands.check)

    explain = subparsers.add_parser("explain", help="show every setting of a job and where it comes from")
    _add_source_options(explain)
    _add_format_option(explain)
    explain.add_argument("job", metavar="JOB", help="package.job")
    explain.set_defaults(command=inspect_commands.explain)

    graph = subparsers.add_parser("graph", help="show which jobs run after which")
    _add_source_options(graph)
    _add_format_option(graph, "mermaid")
    graph.set_defaults(command=inspect_commands.graph)

    schema = subparsers.add_parser("schema", help="print the JSON Schema of JOB_CONFIG")
    schema.set_defaults(command=inspect_commands.schema)

    plan = subparsers.add_parser("plan", help="show what sync would do; exits 1 if it would change anything")
    _add_source_options(plan)
    _add_format_option(plan)
    _add_target_options(plan)
    _add_deletion_options(plan)
    plan.set_defaults(command=sync_commands.plan)

    generate = subparsers.add_parser("generate", help="write the DAG files of all jobs; delete nothing")
    _add_source_options(generate)
    _add_target_options(generate)
    generate.set_defaults(command=sync_commands.generate)

    sync = subparsers.add_parser("sync", help="keep the DAG folder in step with the packages until stopped")
    _add_source_options(sync)
    _add_target_options(sync)
    _add_deletion_options(sync)
    sync.add_argument("--once", action="store_true", help="make one pass, then exit")
    sync.add_argument("--strict", action="store_true", help="with --once: exit 1 if any job file has a problem")
    _add_status_port_option(sync, "serve /healthz, /status and /metrics on this port")
    sync.add_argument(
        "--status-host",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="address to listen on; 0.0.0.0 means all interfaces (default: 127.0.0.1)",
    )
    sync.set_defaults(command=sync_commands.sync)

    run = subparsers.add_parser(
        "run",
        help="run one job as Airflow would; arguments after -- are passed to the job",
        usage="%(prog)s [options] JOB [-- ARGS]",
    )
    _add_source_options(run)
    run.add_argument("job", metavar="JOB", help="package.job")
    run.set_defaults(command=run_commands.run)

    status = subparsers.add_parser("status", help="show the status of the running sync")
    _add_format_option(status)
    _add_status_port_option(status, "port on which the running sync serves its status")
    status.set_defaults(command=run_commands.status)
    return parser


def _add_source_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--packages-root",
        dest="packages_roots",
        metavar="DIR",
        action="append",
        help=f"folder of packages; may be repeated (default: ${PACKAGES_ROOT_VARIABLE}, else ./packages)",
    )
    parser.add_argument("--settings", metavar="FILE", help=f"settings file in JSON (default: ${SETTINGS_VARIABLE})")


def _add_target_options(parser: argparse.ArgumentParser) -> None:
    default = ", else ".join(f"${name}" for name in DAGS_DIR_VARIABLES)
    parser.add_argument("--dags-dir", metavar="DIR", help=f"the DAG folder (default: {default})")


def _add_deletion_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--allow-empty", action="store_true", help="accept that there are no jobs at all")
    parser.add_argument("--allow-mass-delete", action="store_true", help="delete any number of DAGs at once")


def _add_format_option(parser: argparse.ArgumentParser, other: str = "json") -> None:
    parser.add_argument("--format", choices=("text", other), default="text", help="default: text")


def _add_status_port_option(parser: argparse.ArgumentParser, help_text: str) -> None:
    parser.add_argument("--status-port", metavar="PORT", type=_port, default=DEFAULT_PORT, help=help_text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; expected a number from 1 to 65535")
    return int(text)


def _complete_from_environment(options: argparse.Namespace) -> None:
    """Fills in from the environment what no flag says. Raises UsageError for what is in neither."""
    if "packages_roots" in options:
        options.packages_roots = options.packages_roots or default_roots()
    if "dags_dir" in options:
        options.dags_dir = options.dags_dir or next(filter(None, map(os.environ.get, DAGS_DIR_VARIABLES)), None)
        if not options.dags_dir:
            raise UsageError(f"no DAG folder is given; use --dags-dir or set {DAGS_DIR_VARIABLES[0]}")
    if "settings" in options:
        options.settings = options.settings or os.environ.get(SETTINGS_VARIABLE)
    options.log_format = os.environ.get(LOG_FORMAT_VARIABLE) or "text"
    if options.log_format not in ("text", "json"):
        raise UsageError(f"{LOG_FORMAT_VARIABLE} is {options.log_format!r}; expected text or json")
