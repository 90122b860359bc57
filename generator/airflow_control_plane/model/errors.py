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
    """An error with a message for people; `exit_code` is what the command ends with."""

    exit_code = ExitCode.PROBLEMS


class UsageError(ControlPlaneError):
    """An option or a setting is wrong: nothing was done."""

    exit_code = ExitCode.USAGE


class SourceError(ControlPlaneError):
    """The packages are missing, empty or could not be read whole."""

    exit_code = ExitCode.SOURCE


class OutputError(ControlPlaneError):
    """The DAG folder cannot be written or is locked by another generator."""

    exit_code = ExitCode.OUTPUT
