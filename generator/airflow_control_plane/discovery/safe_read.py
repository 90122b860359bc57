"""Looking at and reading files that somebody else may change, replace or remove at any moment."""

from __future__ import annotations

import os
import stat
import time

_RACY_NANOSECONDS = 2_000_000_000


Signature = int


def signature(status: os.stat_result) -> Signature:
    """What `stat` tells of a file's content: two looks with equal signatures see the same bytes.

    One number instead of four: a look over 10,000 files is kept from pass to pass.
    """
    return hash((status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino))


def changed_just_now(path: str) -> bool:
    """Whether a file changed so recently that one more change could leave its signature as it is.

    File systems stamp with a coarse clock. Git calls such an entry racily clean and looks again; so do we.
    """
    return time.time_ns() - os.stat(path).st_ctime_ns < _RACY_NANOSECONDS


class NotARegularFile(Exception):
    """A FIFO, a device, a socket or a folder stands where a file was expected."""


class TooLarge(Exception):
    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def read_regular_file(path: str, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes. Raises NotARegularFile, TooLarge, OSError.

    Nothing else is opened, and should something take the file's place after the look, then no link is followed and no
    FIFO's writer waited for.
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


class PinnedRoot:
    """A folder whose links are resolved once, for one pass.

    Afterwards it tells whether any of them was re-pointed, or the folder itself changed, was replaced or removed.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._real = os.path.realpath(path)
        self._pins = {path: self._real}
        self._look = _look(path)

    def resolve(self, path: str) -> str | None:
        """The real path of something in the root, or None if a link leads out of the root."""
        real = os.path.realpath(path)
        self._pins[path] = real
        return real if os.path.commonpath([real, self._real]) == self._real else None

    def has_moved(self) -> bool:
        is_same = _look(self.path) == self._look
        return not is_same or any(os.path.realpath(path) != real for path, real in self._pins.items())


def _look(path: str) -> Signature | None:
    try:
        return signature(os.stat(path))
    except OSError:
        return None
