"""Waits until another pod has brought Airflow's database up to date."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from airflow_command import run_airflow
from database import DatabaseError, address, await_server, connection_url


def await_migrations(deadline: float) -> None:
    """Lets `airflow db check-migrations` wait for what is left of the time."""
    seconds = max(1, int(deadline - time.monotonic()))
    outcome = run_airflow("db", "check-migrations", f"--migration-wait-timeout={seconds}")
    if outcome.exit_code:
        raise DatabaseError(
            outcome.advice
            or "The database is not up to date. The scheduler's init container `migrate` does that: see its log."
        )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, required=True, help="seconds")
    deadline = time.monotonic() + parser.parse_args(argv).timeout
    try:
        await_server(address(connection_url()), deadline)
        await_migrations(deadline)
    except DatabaseError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
