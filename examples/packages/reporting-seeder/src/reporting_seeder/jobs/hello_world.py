"""Smoke test: prints how many tables the seeder finds, and refreshes none of them.

Arguments:
    --workdir DIR  the working folder; the list of tables goes to reporting_seeder/hello.json

Exit codes:
    0  done
    2  unknown or malformed argument
    3  there are no tables
    5  the working folder cannot be used
"""

from __future__ import annotations

from etl_core.files import write_json
from etl_core.jobs import job_entrypoint, job_parser

from reporting_seeder.manifest import open_manifest


@job_entrypoint
def entrypoint(argv: list[str]) -> int:
    args = job_parser(__name__, __doc__).parse_args(argv)

    manifest = open_manifest(args.workdir)
    tables = manifest.tables()
    write_json(manifest.folder / "hello.json", {"tables": tables})
    print(f"Hello, world! I see {len(tables)} table(s).")
    return 0


JOB = (entrypoint, "Hello world smoke-test job")
