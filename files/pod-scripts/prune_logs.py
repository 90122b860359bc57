"""Once an hour, deletes log files that have not been written to for some days, and the folders that are empty then."""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

HOUR = 3600
DAY = 24 * HOUR


def prune(folder: Path, days: float, now: float) -> int:
    """Deletes what is old in the folder and returns how many files it deleted. Other pods may prune the same volume."""
    removed = 0
    for path, folders, files in os.walk(folder, topdown=False):
        for file in files:
            removed += remove_if_old(Path(path, file), now - days * DAY)
        for child in folders:
            remove_if_empty_and_old(Path(path, child), now - days * DAY)
    return removed


def remove_if_old(file: Path, oldest: float) -> bool:
    """Deletes the file if it is old, and returns whether it did."""
    try:
        if file.lstat().st_mtime >= oldest:
            return False
        file.unlink()
        return True
    except FileNotFoundError:
        return False


def remove_if_empty_and_old(folder: Path, oldest: float) -> None:
    """Deletes an empty folder unless it is new: a task may be about to write into it."""
    try:
        if not folder.is_symlink() and folder.stat().st_mtime < oldest:
            folder.rmdir()
    except OSError:
        return


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the logs")
    parser.add_argument("--days", type=float, required=True, help="days to keep a log file")
    options = parser.parse_args(argv)
    # The first process of a container ignores every signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:
        removed = prune(options.folder, options.days, time.time())
        if removed:
            print(f"Deleted {removed} log files older than {options.days:g} days.")
        time.sleep(HOUR)


if __name__ == "__main__":
    raise SystemExit(main())
