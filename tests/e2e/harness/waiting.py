"""Waiting for what must come true, and never longer than that."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from airflow_api import ApiError

from .commands import CommandError

SECONDS_BETWEEN_LOOKS = 0.5
Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found], description: str, patience: float = 120) -> Found:
    """The first answer of the condition that is true. A call that fails is an answer to come."""
    deadline = time.monotonic() + patience
    while True:
        trouble = ""
        try:
            found = condition()
        except (ApiError, CommandError) as error:
            trouble = f"; the last look failed: {error}"
        else:
            if found:
                return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:g} seconds in vain until {description}{trouble}")
        time.sleep(SECONDS_BETWEEN_LOOKS)
