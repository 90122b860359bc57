"""The ways a job fails on purpose, each with its exit code.

Exit code 2 is missing here because argparse owns it: an unknown or malformed argument.
"""

from __future__ import annotations


class JobFailure(Exception):
    """Ends a job: the message goes to its log, the exit code to whoever started it."""

    exit_code = 1


class InputMissing(JobFailure):
    exit_code = 3


class InputInvalid(JobFailure):
    exit_code = 4


class WorkingFolderUnusable(JobFailure):
    exit_code = 5


class PartlyDone(JobFailure):
    exit_code = 6
