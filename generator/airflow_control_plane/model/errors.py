"""The one table of exit codes, and the errors that lead to them."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    OK = 0
    PROBLEMS = 1
    USAGE = 2
    SOURCE = 3
    OUTPUT = 4


EXIT_CODE_MEANINGS = {
    ExitCode.OK: "success (sync and generate: even if single job files have problems)",
    ExitCode.PROBLEMS: "problems found or changes pending (check, plan, sync --strict), or the job failed (run)",
    ExitCode.USAGE: "invalid options or settings",
    ExitCode.SOURCE: "the packages are missing or could not be read completely, or no sidecar answers (status)",
    ExitCode.OUTPUT: "the DAG folder cannot be written, or another generator is using it",
}


class ControlPlaneError(Exception):
    """An error with a message for people. The command ends with its `exit_code`."""

    exit_code = ExitCode.PROBLEMS


class UsageError(ControlPlaneError):
    """An option or a setting is invalid. Nothing was done."""

    exit_code = ExitCode.USAGE


class SourceError(ControlPlaneError):
    """The packages are missing or empty, or could not be read completely."""

    exit_code = ExitCode.SOURCE


class OutputError(ControlPlaneError):
    """The DAG folder cannot be written, or another generator holds its lock."""

    exit_code = ExitCode.OUTPUT
