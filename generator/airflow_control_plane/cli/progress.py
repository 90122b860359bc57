"""A counter for long work, shown on a terminal only."""

from __future__ import annotations

import time
from typing import TextIO

_SECONDS_BETWEEN_UPDATES = 0.1
_QUIET_SECONDS = 0.5


class Progress:
    """Call it once for each file. It stays silent in a pipe or a log, and while the work is short.

    As a context manager it wipes the counter at the end, so that other output starts on a clean line.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._count = 0
        self._next_update = time.monotonic() + _QUIET_SECONDS
        self._is_shown = False

    def __call__(self) -> None:
        self._count += 1
        now = time.monotonic()
        if self._is_terminal and now >= self._next_update:
            self._stream.write(f"\r{self._count} files ...")
            self._stream.flush()
            self._next_update = now + _SECONDS_BETWEEN_UPDATES
            self._is_shown = True

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            self._stream.write("\r\033[K")
            self._stream.flush()
