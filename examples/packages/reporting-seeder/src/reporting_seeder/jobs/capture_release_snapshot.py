"""Captures the manifest as a release: a file that never changes again.

Tables without a manifest entry are refreshed first.

Arguments:
    --release NAME  the release's name (default: a hash of the entries, so equal entries give one release)
    --workdir DIR   the working folder; the release goes to reporting_seeder/releases/NAME.json

Exit codes:
    0  captured now, or earlier with the same entries
    2  unknown or malformed argument
    3  there are no tables
    4  the release was captured earlier with different entries, or an entry is not JSON
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
    parser.add_argument(
        "--release", type=release_name, metavar="NAME", help="for example 2024.1 (default: a hash of the entries)"
    )
    args = parser.parse_args(argv)

    manifest = open_manifest(args.workdir)
    entries = all_entries(manifest)
    capture(manifest.folder / "releases" / f"{args.release or content_hash(entries)}.json", entries)
    return 0


def release_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError(f"expected letters, digits, '.', '_' or '-', found {text!r}")
    return text


def content_hash(entries: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()[:12]


def all_entries(manifest: Manifest) -> list[dict[str, Any]]:
    tables = manifest.tables()
    manifest.refresh_each([table for table in tables if not manifest.has_entry(table)])
    return [manifest.entry(table) for table in tables]


def capture(release: Path, entries: list[dict[str, Any]]) -> None:
    if release.exists() and read_json(release) != entries:
        raise InputInvalid(f"{release}: captured earlier with different entries; choose another --release")
    write_json(release, entries)
    log.info("release %s contains %d table(s)", release, len(entries))


JOB = (entrypoint, "Capture release snapshot")
JOB_CONFIG = {
    "after": {"any": ["reporting_seeder.refresh_all", "reporting_seeder.refresh_agency"]},
    "group": "reporting",
}
