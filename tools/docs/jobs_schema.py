"""Writes the definition of job settings in values.schema.json out of the generator's own: `make docs`.

With --check it writes nothing and exits 1 if the definition is stale.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
from pathlib import Path

from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA

SCHEMA = Path(__file__).resolve().parents[2] / "values.schema.json"
# The one definition that is generated begins and ends at this indentation; the rest of the file is written by hand.
BLOCK = re.compile(r'^    "jobSettings": \{.*?^    \}', re.DOTALL | re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if the definition is stale")
    options = parser.parse_args()
    text = SCHEMA.read_text(encoding="utf-8")
    definition = textwrap.indent(json.dumps(JOB_CONFIG_SCHEMA, indent=2), "    ").lstrip()
    renewed, count = BLOCK.subn(lambda _: f'    "jobSettings": {definition}', text)
    if count != 1:
        raise SystemExit(f"{SCHEMA}: expected one definition jobSettings, found {count}")
    if renewed != text and options.check:
        print(f"{SCHEMA.name}: the definition jobSettings is stale: run make docs", file=sys.stderr)
        return 1
    SCHEMA.write_text(renewed, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
