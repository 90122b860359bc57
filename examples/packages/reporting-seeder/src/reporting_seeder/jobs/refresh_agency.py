"""Refreshes the manifest entries of one agency's tables.

Arguments:
    --agency AGENCY  the agency (default: transit)
    --workdir DIR    the working folder; the entries go to reporting_seeder/manifest/AGENCY

Exit codes:
    0  all entries are up to date
    2  unknown or malformed argument
    3  the agency has no tables
    5  the working folder cannot be used
    6  a table is not valid; the entries of the others are up to date
"""

from __future__ import annotations

from etl_core.failures import InputMissing
from etl_core.jobs import job_entrypoint, job_parser

from reporting_seeder.manifest import open_manifest


@job_entrypoint
def entrypoint(argv: list[str]) -> int:
    parser = job_parser(__name__, __doc__)
    parser.add_argument("--agency", default="transit", help="the agency (default: %(default)s)")
    args = parser.parse_args(argv)

    manifest = open_manifest(args.workdir)
    known = manifest.tables()
    tables = [table for table in known if table.startswith(f"{args.agency}/")]
    if not tables:
        raise InputMissing(f"--agency {args.agency}: no tables of this agency; the tables are {', '.join(known)}")
    manifest.refresh_each(tables)
    return 0


JOB = (entrypoint, "Refresh agency manifest entries")
JOB_CONFIG = {"after": ["data_pipeline.agency_data_job"], "group": "reporting"}
