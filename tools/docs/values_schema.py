"""Writes into values.schema.json what the generator defines: the settings of jobs and of the sync. `make docs` runs it.

The rest of the schema is written by hand. With --check nothing is written, and the exit code is 1 if the file is stale.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
from pathlib import Path
from typing import Any

from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA, JOBS_SCHEMA, SYNC_SCHEMA

Schema = dict[str, Any]

SCHEMA = Path(__file__).resolve().parents[2] / "values.schema.json"
JOB_SETTINGS = {"allOf": [{"$ref": "#/definitions/jobSettings"}]}


def with_generated_parts(schema: Schema) -> Schema:
    """The schema with all that the generator defines; the descriptions of `jobs` stay."""
    result = copy.deepcopy(schema)
    result["definitions"]["jobSettings"] = JOB_CONFIG_SCHEMA
    jobs = by_reference(JOBS_SCHEMA)
    old = result["properties"]["jobs"]
    for key, member in jobs["properties"].items():
        member["description"] = old["properties"][key]["description"]
    result["properties"]["jobs"] = {**jobs, "description": old["description"]}
    result["properties"]["sync"]["properties"].update(SYNC_SCHEMA["properties"])
    return result


def by_reference(schema: Any) -> Any:
    """A copy of a schema that refers to the settings of a job, which occur more than once in it."""
    if schema == JOB_CONFIG_SCHEMA:
        return copy.deepcopy(JOB_SETTINGS)
    return {key: by_reference(value) for key, value in schema.items()} if isinstance(schema, dict) else schema


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if the file is stale")
    options = parser.parse_args()
    text = SCHEMA.read_text(encoding="utf-8")
    renewed = json.dumps(with_generated_parts(json.loads(text)), indent=2, ensure_ascii=False) + "\n"
    if options.check and renewed != text:
        print(f"{SCHEMA.name} is stale: run make docs", file=sys.stderr)
        return 1
    SCHEMA.write_text(renewed, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
