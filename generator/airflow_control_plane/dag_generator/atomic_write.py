"""Replaces a file by another one as a whole."""

from __future__ import annotations

import os
from contextlib import suppress

_PREFIX, _SUFFIX = ".airflow-control-plane-", ".tmp"
_MOST_SECONDS_AHEAD = 60


def is_temporary(name: str) -> bool:
    """Whether `name` belongs to a file that `write_atomically` has not finished."""
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


def write_atomically(path: str, content: bytes) -> None:
    """Writes a temporary file in the same folder, fsyncs and renames it: `path` is never partial. Raises OSError."""
    temporary = os.path.join(os.path.dirname(path), f"{_PREFIX}{os.urandom(8).hex()}{_SUFFIX}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(temporary, flags, 0o644), "wb") as output:
            output.write(content)
            output.flush()
            os.fchmod(output.fileno(), 0o644)  # regardless of the umask: Airflow may run as another user
            _move_time_forward(output.fileno(), path)
            os.fsync(output.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _move_time_forward(descriptor: int, target: str) -> None:
    """Gives a new version a new second: Python's bytecode cache tells versions apart by size and whole seconds only.

    A time far in the future is not continued, because Airflow would parse such a file again and again.
    """
    with suppress(FileNotFoundError):
        before = os.stat(target, follow_symlinks=False).st_mtime
        if 0 <= int(before) - int(os.fstat(descriptor).st_mtime) <= _MOST_SECONDS_AHEAD:
            os.utime(descriptor, (before + 1, before + 1))
