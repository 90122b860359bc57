"""Migrates Airflow's database and creates the first user. Safe to repeat, and to run in several pods at once."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from airflow_command import run_airflow
from database import DatabaseError, address, await_server, connection_url

# `airflow db migrate` waits only two seconds for a lock that another pod holds. `airflow users create` also writes the
# roles, and fails if another pod or a starting webserver writes them at the same time.
RETRY_SECONDS = 5


def run_until_it_succeeds(deadline: float, *arguments: str, answers: str = "") -> None:
    """Runs an Airflow command until it succeeds, a retry cannot help, or the time is up."""
    command = f"airflow {arguments[0]} {arguments[1]}"
    while True:
        outcome = run_airflow(*arguments, answers=answers)
        if outcome.exit_code == 0:
            return
        if outcome.advice:
            raise DatabaseError(outcome.advice)
        if time.monotonic() > deadline:
            raise DatabaseError(f"`{command}` did not succeed in time. Its output is above.")
        print(f"`{command}` failed. Trying again in {RETRY_SECONDS} seconds.")
        time.sleep(RETRY_SECONDS)


def create_admin(options: argparse.Namespace, deadline: float) -> None:
    """Creates the user with the role Admin. If a user with that name exists, that user keeps their password."""
    password = options.admin_password_file.read_text(encoding="utf-8").strip()
    if not password:
        raise DatabaseError(f"{options.admin_password_file} is empty. Put the user's password into its Secret.")
    run_until_it_succeeds(
        deadline,
        "users",
        "create",
        f"--username={options.admin_username}",
        f"--email={options.admin_email}",
        f"--firstname={options.admin_first_name}",
        f"--lastname={options.admin_last_name}",
        "--role=Admin",
        answers=f"{password}\n{password}\n",
    )


def parser() -> argparse.ArgumentParser:
    """The command line. Without --admin-username, no user is created."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--timeout", type=float, required=True, help="seconds to try in total")
    result.add_argument("--admin-username")
    result.add_argument("--admin-email")
    result.add_argument("--admin-first-name")
    result.add_argument("--admin-last-name")
    result.add_argument("--admin-password-file", type=Path)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    deadline = time.monotonic() + options.timeout
    try:
        await_server(address(connection_url()), deadline)
        run_until_it_succeeds(deadline, "db", "migrate")
        if options.admin_username:
            create_admin(options, deadline)
    except DatabaseError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
