"""Runs an Airflow command line, shows its output as it comes and keeps the end of it."""

from __future__ import annotations

import subprocess
from collections import deque
from dataclasses import dataclass

KEPT_LINES = 200

# What PostgreSQL says, and what a person can do about it.
ADVICE = {
    "password authentication failed": "The database refuses the user or the password. Check the Secret that holds the "
    "connection. A database that has been set up already keeps the password it was set up with.",
    "no pg_hba.conf entry": "The database does not let this user in from here. Check its pg_hba.conf, or whether it "
    "wants TLS: add ?sslmode=require to the connection.",
    "permission denied": "The database user may not do this. Airflow needs to own its database.",
    "Can't locate revision": "The database was migrated by a newer Airflow. A schema is never taken back: install that "
    "Airflow again, or restore a backup from before the upgrade.",
}


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    exit_code: int
    output: str

    @property
    def advice(self) -> str | None:
        """What to do about an error that does not go away by itself."""
        return next((advice for sign, advice in ADVICE.items() if sign in self.output), None)


def run_airflow(*arguments: str, answers: str = "") -> Outcome:
    """Runs `airflow ARGUMENTS` with the answers on its standard input, in a session of its own: without a terminal
    it takes a password from there, and none is seen in the list of processes."""
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
