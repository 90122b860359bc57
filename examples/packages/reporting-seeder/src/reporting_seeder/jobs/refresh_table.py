"""Refreshes one table's manifest entry.

Arguments:
    --table AGENCY/TABLE  the table (default: transit/routes)
    --workdir DIR         the working folder; the entry goes to reporting_seeder/manifest/AGENCY/TABLE.json

Exit codes:
    0  the entry is up to date
    2  unknown or malformed argument
    3  the table does not exist
    4  the table is not valid CSV; its previous entry is kept
    5  the working folder cannot be used
"""

from __future__ import annotations

from etl_core.failures import InputMissing
from etl_core.jobs import job_entrypoint, job_parser

from reporting_seeder.manifest import open_manifest


@job_entrypoint
def entrypoint(argv: list[str]) -> int:
    parser = job_parser(__name__, __doc__)
    parser.add_argument(
        "--table", default="transit/routes", metavar="AGENCY/TABLE", help="the table (default: %(default)s)"
    )
    args = parser.parse_args(argv)

    manifest = open_manifest(args.workdir)
    known = manifest.tables()
    if args.table not in known:
        raise InputMissing(f"--table {args.table}: no such table; expected one of {', '.join(known)}")
    manifest.refresh(args.table)
    return 0


JOB = (entrypoint, "Refresh single manifest entry")
JOB_CONFIG = {"group": "reporting"}
