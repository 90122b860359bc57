"""Runs an Airflow command, prints its output as it comes and keeps the last lines."""

from __future__ import annotations

import subprocess
from collections import deque
from dataclasses import dataclass

KEPT_LINES = 200

# Errors of PostgreSQL and Alembic that a retry does not fix, and what to do about each.
ADVICE = {
    "password authentication failed": "The database refuses the user or the password. Check the Secret that holds the "
    "connection. A database that already exists keeps the password with which it was created.",
    "no pg_hba.conf entry": "The database does not let this user connect from this address. Check its pg_hba.conf. "
    "If the database requires TLS, add ?sslmode=require to the connection.",
    "permission denied": "The database user lacks a permission. Make the user the owner of Airflow's database.",
    "Can't locate revision": "A newer version of Airflow has migrated the database, and this version cannot undo that. "
    "Install the newer version again, or restore a backup from before the upgrade.",
}


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    exit_code: int
    output: str

    @property
    def advice(self) -> str | None:
        """What to do about an error that a retry does not fix, if the output shows one."""
        return next((advice for sign, advice in ADVICE.items() if sign in self.output), None)


def run_airflow(*arguments: str, answers: str = "") -> Outcome:
    """Runs `airflow ARGUMENTS` with the answers on standard input.

    It runs in a session of its own, without a terminal, so that it reads a password from standard input. A password on
    the command line would be visible in the list of processes.
    """
    process = subprocess.Popen(
        ["airflow", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    assert process.stdin and process.stdout
    process.stdin.write(answers)
    process.stdin.close()
    tail: deque[str] = deque(maxlen=KEPT_LINES)
    for line in process.stdout:
        print(line, end="", flush=True)
        tail.append(line)
    return Outcome(process.wait(), "".join(tail))
