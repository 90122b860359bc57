"""Smoke test: writes a greeting to the working folder, reads it back and prints it.

Arguments:
    --workdir DIR  the working folder; the file is file_processing/hello.txt

Exit codes:
    0  done
    2  unknown or malformed argument
    5  the working folder cannot be used
"""

from __future__ import annotations

import logging

from etl_core.files import working_folder, write_text
from etl_core.jobs import job_entrypoint, job_parser

log = logging.getLogger(__name__)


@job_entrypoint
def entrypoint(argv: list[str]) -> int:
    args = job_parser(__name__, __doc__).parse_args(argv)

    hello = working_folder(args.workdir, "file_processing") / "hello.txt"
    write_text(hello, "Hello, world!\n")
    print(hello.read_text(encoding="utf-8"), end="")
    log.info("wrote and read %s", hello)
    return 0


JOB = (entrypoint, "Hello world smoke-test job")
