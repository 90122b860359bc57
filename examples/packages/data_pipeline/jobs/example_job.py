"""Prints a greeting: the smallest job that takes an argument and writes a file.

Arguments:
    --name NAME    the name to greet (default: World)
    --workdir DIR  the working folder; the greeting goes to data_pipeline/greeting.json

Exit codes:
    0  done
    2  unknown or malformed argument
    4  the name is blank
    5  the working folder cannot be used
"""

from __future__ import annotations

import logging

from etl_core.failures import InputInvalid
from etl_core.files import working_folder, write_json
from etl_core.jobs import job_entrypoint, job_parser

log = logging.getLogger(__name__)


@job_entrypoint
def entrypoint(argv: list[str]) -> int:
    parser = job_parser(__name__, __doc__)
    parser.add_argument("--name", default="World", help="the name to greet (default: %(default)s)")
    args = parser.parse_args(argv)

    name = args.name.strip()
    if not name:
        raise InputInvalid("--name is blank; expected a name to greet")
    greeting = f"Hello, {name}!"
    print(greeting)

    result = working_folder(args.workdir, "data_pipeline") / "greeting.json"
    write_json(result, {"name": name, "greeting": greeting})
    log.info("wrote the greeting to %s", result)
    return 0


JOB = (entrypoint, "Example job: prints a greeting")
