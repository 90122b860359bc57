"""The expected ways for a job to fail, each with its exit code.

Exit code 2 is not in this list: argparse uses it for an unknown or malformed argument.
"""

from __future__ import annotations


class JobFailure(Exception):
    """Ends a job: the message goes to the log, the exit code to the caller."""

    exit_code = 1


class InputMissing(JobFailure):
    exit_code = 3


class InputInvalid(JobFailure):
    exit_code = 4


class WorkingFolderUnusable(JobFailure):
    exit_code = 5


class PartlyDone(JobFailure):
    exit_code = 6
