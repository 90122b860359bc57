"""A probe for Airflow's processes that serve no HTTP: fails when the newest heartbeat in the database is old.

Airflow's own `airflow jobs check` asks the same, but takes seconds of CPU to start. A database that does not answer is
no reason to restart a process that waits for it, so that passes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import psycopg2
from database import connection_url

MAX_AGE_SECONDS = 120
AGE_OF_NEWEST = """
SELECT extract(epoch FROM now() - max(latest_heartbeat)) FROM job WHERE job_type = %s AND state = 'running'
"""


def seconds_since_heartbeat(job_type: str) -> float | None:
    """The age of the newest heartbeat, or None when there never was one."""
    connection = psycopg2.connect(connection_url(), connect_timeout=10)
    try:
        with connection.cursor() as cursor:
            cursor.execute(AGE_OF_NEWEST, (job_type,))
            return cursor.fetchone()[0]
    finally:
        connection.close()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job_type", choices=["DagProcessorJob", "TriggererJob"])
    job_type = parser.parse_args(argv).job_type
    try:
        age = seconds_since_heartbeat(job_type)
    except psycopg2.OperationalError as error:
        print(f"The database cannot be asked for a heartbeat: {error}")
        return 0
    if age is None:
        print(f"No {job_type} has had a heartbeat yet.", file=sys.stderr)
        return 1
    if age > MAX_AGE_SECONDS:
        print(f"The last heartbeat of a {job_type} was {age:.0f} seconds ago.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
