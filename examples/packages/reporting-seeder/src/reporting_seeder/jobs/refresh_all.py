"""Refreshes the manifest entries of all tables.

Arguments:
    --workdir DIR  the working folder; the entries go to reporting_seeder/manifest

Exit codes:
    0  all entries are up to date
    2  unknown or malformed argument
    3  there are no tables
    5  the working folder cannot be used
    6  a table is not valid; the entries of the others are up to date
"""

from __future__ import annotations

from etl_core.jobs import job_entrypoint, job_parser

from reporting_seeder.manifest import open_manifest


@job_entrypoint
def entrypoint(argv: list[str]) -> int:
    args = job_parser(__name__, __doc__).parse_args(argv)

    manifest = open_manifest(args.workdir)
    manifest.refresh_each(manifest.tables())
    return 0


JOB = (entrypoint, "Refresh all manifest entries")
JOB_CONFIG = {
    "schedule": "0 5 * * *",
    "timezone": "Europe/Berlin",
    "paused": True,  # so a first install runs nothing by itself; unpause the DAG to start the schedule
    "group": "reporting",
    "retries": 2,
    "retry_delay": "1m",
    "timeout": "30m",
}
