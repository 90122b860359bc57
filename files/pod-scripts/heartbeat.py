"""A probe for the Airflow processes without an HTTP endpoint: fails if the newest heartbeat in the database is too old.

`airflow jobs check` checks the same, but needs seconds of CPU time to start. If the database does not answer, the probe
succeeds, because a restart does not help a process that waits for the database.
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
    """The age of the newest heartbeat, or None if there has been none."""
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
        print(f"Cannot read the heartbeat, the database does not answer: {error}")
        return 0
    if age is None:
        print(f"There has been no heartbeat of a {job_type} yet.", file=sys.stderr)
        return 1
    if age > MAX_AGE_SECONDS:
        print(f"The last heartbeat of a {job_type} was {age:.0f} seconds ago.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
