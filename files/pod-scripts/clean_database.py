"""Deletes the rows of old runs from Airflow's database."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from airflow_command import run_airflow


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep-days", type=int, required=True, help="days of history to keep")
    oldest = datetime.now(timezone.utc) - timedelta(days=parser.parse_args(argv).keep_days)
    before = f"--clean-before-timestamp={oldest.isoformat()}"
    return run_airflow("db", "clean", "--yes", "--skip-archive", before).exit_code


if __name__ == "__main__":
    raise SystemExit(main())
