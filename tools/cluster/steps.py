"""Steps that print how long they took, and the one error, which says where to look."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TAIL_LINES = 20


class ClusterError(Exception):
    """An error for a person to read: the message, the step that failed, and the end of the log that says more."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log
        self.step: str | None = None

    def __str__(self) -> str:
        lines = [f"{self.step}: {self.args[0]}" if self.step else self.args[0]]
        if self.log:
            lines += [f"log: {self.log}", *(f"  | {line}" for line in tail(self.log))]
        return "\n".join(lines)


@contextmanager
def step(title: str) -> Iterator[None]:
    print(f"  {title} ".ljust(58, "."), end=" ", flush=True)
    started = time.monotonic()
    try:
        yield
    except ClusterError as error:
        print("failed", flush=True)
        error.step = error.step or title
        raise
    print(f"{time.monotonic() - started:6.1f} s", flush=True)


def tail(log: Path) -> list[str]:
    if not log.exists():
        return ["(no such file)"]
    return log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
