"""How a job is to run: what its file asks for, and what comes out of that and of the deployment's values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple["str | int", ...]
"""The way to a value inside nested dicts and lists: ("notify", "on_failure", 0)."""

Layer = Mapping[str, Any]
"""Settings as one place writes them: JOB_CONFIG, `jobs.defaults` or an entry of `jobs.overrides`."""


@dataclass(frozen=True, slots=True)
class JobConfig:
    """JOB_CONFIG as plain data. `places` has the line and column of every value."""

    layer: Layer = field(default_factory=dict)
    places: Mapping[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of the value at `path`, or of the nearest one around it."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, (0, 0))


NO_CONFIG = JobConfig()


@dataclass(frozen=True, slots=True)
class JobSettings:
    """The settings in force. The defaults are the built-in ones; durations are in seconds."""

    schedule: str | None = None
    timezone: str = "UTC"
    after: tuple[str, ...] = ()
    after_any: bool = False
    retries: int = 0
    retry_delay: float = 300
    retry_backoff: bool = False
    max_retry_delay: float | None = None
    timeout: float | None = None
    deadline: float | None = None
    resources: Mapping[str, Any] = field(default_factory=dict)
    notify: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: str | None = None
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    display_name: str | None = None
    max_active_runs: int = 1
    pool: str | None = None
    priority: int = 1
    queue: str | None = None
    paused: bool = False
    enabled: bool = True


BUILT_IN_SETTINGS = JobSettings()
