"""Waiting for Airflow and Kubernetes to reach a state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from airflow_api import ApiError

from tools.cluster.commands import CommandError
from tools.cluster.waiting import wait_until

SECONDS_BETWEEN_LOOKS = 0.5
Found = TypeVar("Found")


def eventually(condition: Callable[[], Found | None], what: str, seconds: float = 120) -> Found:
    """Return the first true answer of the condition. A call or command that fails is tried again."""
    not_yet = (ApiError, CommandError)
    return wait_until(condition, what, seconds=seconds, pause=SECONDS_BETWEEN_LOOKS, not_yet=not_yet)
