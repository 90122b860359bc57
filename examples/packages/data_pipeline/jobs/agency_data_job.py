"""Converts a CSV file of agencies to clean JSON, or reports every invalid row.

Arguments:
    --input FILE   a CSV file with the columns agency_id, name and budget
                   (default: data_pipeline/agencies.csv in the working folder,
                   created with sample rows if it is missing)
    --workdir DIR  the working folder; the result goes to data_pipeline/agencies.json

Exit codes:
    0  done
    2  unknown or malformed argument
    3  the file given by --input does not exist
    4  the input is not valid; the previous result is kept
    5  the working folder cannot be used
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from etl_core.failures import InputInvalid
from etl_core.files import working_folder, write_json, write_text
from etl_core.jobs import JobDefinition, job_entrypoint, job_parser
from etl_core.tables import Table, read_table

SAMPLE = """\
agency_id,name,budget
wat,Water Board,850000
tra, Transit Authority ,1200000
"""
COLUMNS = ("agency_id", "name", "budget")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agency:
    agency_id: str
    name: str
    budget: int


@job_entrypoint
def entrypoint(argv: list[str]) -> int:
    parser = job_parser(__name__, __doc__)
    parser.add_argument("--input", type=Path, metavar="FILE", help="a CSV file of agencies")
    args = parser.parse_args(argv)

    folder = working_folder(args.workdir, "data_pipeline")
    source = args.input or folder / "agencies.csv"
    if not args.input and not source.exists():
        write_text(source, SAMPLE)
        log.info("no input file: wrote sample rows to %s", source)

    agencies = clean_agencies(read_table(source), source)
    result = folder / "agencies.json"
    total = sum(agency.budget for agency in agencies)
    changed = write_json(result, {"agencies": [asdict(agency) for agency in agencies], "total_budget": total})
    log.info("%d agency row(s) in %s (%s)", len(agencies), result, "updated" if changed else "unchanged")
    return 0


def clean_agencies(table: Table, source: Path) -> list[Agency]:
    """The agencies, sorted by id. One error reports all invalid rows."""
    if missing := [column for column in COLUMNS if column not in table.columns]:
        found = ", ".join(table.columns)
        raise InputInvalid(f"{source}:1: missing column(s) {', '.join(missing)}; found {found}")

    agencies: dict[str, Agency] = {}
    mistakes = []
    for line, row in table.rows.items():
        try:
            agency = clean_agency(row)
            if agency.agency_id in agencies:
                raise ValueError(f"duplicate agency_id {agency.agency_id}; keep one of the rows")
            agencies[agency.agency_id] = agency
        except ValueError as error:
            mistakes.append(f"{source}:{line}: {error}")
    if mistakes:
        raise InputInvalid("\n".join(mistakes))
    return [agencies[agency_id] for agency_id in sorted(agencies)]


def clean_agency(row: dict[str, str]) -> Agency:
    agency_id, name, budget = (row[column].strip() for column in COLUMNS)
    if not agency_id or not name:
        raise ValueError("agency_id and name must not be blank")
    if not (budget.isascii() and budget.isdigit()):
        raise ValueError(f"budget is {budget!r}; expected a whole number, for example 850000")
    return Agency(agency_id.upper(), name, int(budget))


JOB = JobDefinition(entrypoint, "Job logic for processing Agency Data")
