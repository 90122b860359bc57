"""Waits until another pod has migrated Airflow's database and created the first user.

The user is created after the roles. A webserver that starts before that writes the same roles at the same time, and
crashes.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

import psycopg2
from airflow_command import run_airflow
from database import DatabaseError, address, await_server, connection_url


def await_migrations(deadline: float) -> None:
    """Runs `airflow db check-migrations`, which waits until the deadline."""
    seconds = max(1, int(deadline - time.monotonic()))
    outcome = run_airflow("db", "check-migrations", f"--migration-wait-timeout={seconds}")
    if outcome.exit_code:
        raise DatabaseError(
            outcome.advice
            or "The database is not migrated yet. The scheduler's init container `migrate` does this: see its log."
        )


def await_user(username: str, deadline: float) -> None:
    """Returns as soon as the user exists."""
    while not user_exists(username):
        if time.monotonic() > deadline:
            raise DatabaseError(
                f"The user {username} does not exist. The scheduler's init container `migrate` creates it: see its log."
            )
        time.sleep(1)


def user_exists(username: str) -> bool:
    connection = psycopg2.connect(connection_url(), connect_timeout=10)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM ab_user WHERE username = %s", (username,))
            return cursor.fetchone() is not None
    finally:
        connection.close()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, required=True, help="seconds to wait in total")
    parser.add_argument("--admin-username", help="also wait for this user")
    options = parser.parse_args(argv)
    deadline = time.monotonic() + options.timeout
    try:
        await_server(address(connection_url()), deadline)
        await_migrations(deadline)
        if options.admin_username:
            await_user(options.admin_username, deadline)
    except DatabaseError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
