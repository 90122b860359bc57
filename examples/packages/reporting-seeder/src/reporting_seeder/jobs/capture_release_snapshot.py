"""Freezes the manifest as a release: a file that never changes again.

Tables that have no manifest entry yet are refreshed first.

Arguments:
    --release NAME  the release (default: a name made from the entries, so that equal entries are one release)
    --workdir DIR   the working folder; the release is reporting_seeder/releases/NAME.json

Exit codes:
    0  captured, or captured before with the same entries
    2  unknown or malformed argument
    3  there are no tables
    4  the release was captured before with other entries, or an entry is not JSON
    5  the working folder cannot be used
    6  a table without an entry is not valid; nothing is captured
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import re
from pathlib import Path
from typing import Any

from etl_core.failures import InputInvalid
from etl_core.files import read_json, write_json
from etl_core.jobs import job_entrypoint, job_parser

from reporting_seeder.manifest import Manifest, open_manifest

log = logging.getLogger(__name__)


@job_entrypoint
def entrypoint(argv: list[str]) -> int:
    parser = job_parser(__name__, __doc__)
    parser.add_argument("--release", type=release_name, metavar="NAME", help="such as 2024.1")
    args = parser.parse_args(argv)

    manifest = open_manifest(args.workdir)
    entries = all_entries(manifest)
    capture(manifest.folder / "releases" / f"{args.release or name_by_content(entries)}.json", entries)
    return 0


def release_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError(f"expected letters, digits, '.', '_', '-', not {text!r}")
    return text


def name_by_content(entries: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()[:12]


def all_entries(manifest: Manifest) -> list[dict[str, Any]]:
    tables = manifest.tables()
    manifest.refresh_each([table for table in tables if not manifest.has_entry(table)])
    return [manifest.entry(table) for table in tables]


def capture(release: Path, entries: list[dict[str, Any]]) -> None:
    if release.exists() and read_json(release) != entries:
        raise InputInvalid(f"{release}: captured before with other entries; choose another --release")
    write_json(release, entries)
    log.info("release %s holds %d table(s)", release, len(entries))


JOB = (entrypoint, "Capture release snapshot")
JOB_CONFIG = {
    "after": {"any": ["reporting_seeder.refresh_all", "reporting_seeder.refresh_agency"]},
    "group": "reporting",
}
