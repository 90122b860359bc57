"""Waiting for a condition, never longer than necessary."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from .steps import ClusterError

Found = TypeVar("Found")


def wait_until(
    condition: Callable[[], Found | None],
    what: str,
    *,
    seconds: float = 120,
    pause: float = 0.2,
    not_yet: tuple[type[Exception], ...] = (),
    log: Path | None = None,
) -> Found:
    """Return the first true answer of the condition. The exceptions of `not_yet` count as a false answer."""
    deadline = time.monotonic() + seconds
    while True:
        trouble = ""
        try:
            found = condition()
        except not_yet as error:
            trouble = f"; the last attempt failed: {error}"
        else:
            if found:
                return found
        if time.monotonic() > deadline:
            raise ClusterError(f"timed out after {seconds:g} s waiting until {what}{trouble}", log)
        time.sleep(pause)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
