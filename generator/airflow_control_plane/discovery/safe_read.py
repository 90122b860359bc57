"""Reads files that somebody else may change, replace or remove at any moment."""

from __future__ import annotations

import os
import stat
import time

_RACY_NANOSECONDS = 2_000_000_000


class NotARegularFile(Exception):
    """There is a FIFO, device, socket or folder where a file was expected."""


class TooLarge(Exception):
    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def changed_just_now(path: str) -> bool:
    """Whether a file changed so recently that another change could leave its signature the same.

    File systems use a coarse clock for time stamps. Git calls such a file "racily clean" and reads it again; so do we.
    """
    return time.time_ns() - os.stat(path).st_ctime_ns < _RACY_NANOSECONDS


def read_regular_file(path: str, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes. Raises NotARegularFile, TooLarge, OSError.

    Nothing else is opened. If something takes the file's place after the check, no link is followed and no FIFO blocks.
    """
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise NotARegularFile(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotARegularFile(path)
        if status.st_size > limit:
            raise TooLarge(status.st_size)
        content = file.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(len(content))
    return content
