"""Each job ends with the exit codes that its docstring documents."""

from __future__ import annotations

import ast
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import pytest

AGENCIES = "data_pipeline/agencies.csv"
ROUTES = "reporting_seeder/tables/transit/routes.csv"
STOPS = "reporting_seeder/tables/transit/stops.csv"
ROUTES_ENTRY = "reporting_seeder/manifest/transit/routes.json"
RELEASE = "reporting_seeder/releases/2024.1.json"
VALID = "id,name\n1,one\n"
RAGGED = "id,name\n1\n"


@dataclass(frozen=True)
class Case:
    code: int
    arguments: str
    message: str
    files: dict[str, str] = field(default_factory=dict)


def agencies(*lines: str) -> dict[str, str]:
    return {AGENCIES: "".join(f"{line}\n" for line in lines)}


HEADER = "agency_id,name,budget"
NO_TABLES = {"reporting_seeder/tables/README.txt": "no tables here"}
NO_TABLES_MESSAGE = "no tables; add one as AGENCY/TABLE.csv"

EVERY_JOB = [
    Case(2, "--no-such-argument", "unrecognized arguments: --no-such-argument"),
    Case(2, "--work elsewhere", "unrecognized arguments: --work elsewhere"),
    Case(5, "--workdir /dev/null", "cannot create the working folder (Not a directory); choose another"),
]
JOBS = {
    "data_pipeline.example_job": [
        Case(0, "", "Hello, World!"),
        Case(0, "--name ' Zoë '", "Hello, Zoë!"),
        Case(4, "--name ' '", "--name is blank"),
    ],
    "data_pipeline.agency_data_job": [
        Case(0, "", "1 agency row(s)", agencies(HEADER, "a,A,1")),
        Case(0, "", "0 agency row(s)", agencies(HEADER)),
        Case(3, "--input nowhere.csv", "nowhere.csv: no such file"),
        Case(4, "--input .", "cannot read it (Is a directory)"),
        Case(4, "", "agencies.csv:1: expected unique column names", agencies()),
        Case(4, "", "agencies.csv:1: expected unique column names", agencies("name,name")),
        Case(4, "", "agencies.csv:1: missing column(s) name, budget; found agency_id", agencies("agency_id")),
        Case(4, "", "agencies.csv:3: expected 3 value(s), found 2", agencies(HEADER, "a,A,1", "b,B")),
        Case(4, "", "agencies.csv:2: not CSV", agencies(HEADER, 'a,"A"B,1')),
        Case(4, "", "agencies.csv:2: budget is '1.5'", agencies(HEADER, "a,A,1.5")),
        Case(4, "", "agencies.csv:3: duplicate agency_id A", agencies(HEADER, "a,A,1", " A ,B,2")),
    ],
    "file_processing.hello_world": [
        Case(0, "", "Hello, world!"),
    ],
    "reporting_seeder.hello_world": [
        Case(0, "", "Hello, world! I see 3 table(s)."),
        Case(3, "", NO_TABLES_MESSAGE, NO_TABLES),
    ],
    "reporting_seeder.refresh_table": [
        Case(0, "--table water/meters", "water/meters: 2 row(s), updated"),
        Case(3, "--table ../x", "--table ../x: no such table; expected one of transit/routes, transit/stops"),
        Case(3, "", NO_TABLES_MESSAGE, NO_TABLES),
        Case(4, "", "routes.csv:2: expected 2 value(s), found 1", {ROUTES: RAGGED}),
    ],
    "reporting_seeder.refresh_agency": [
        Case(0, "--agency water", "water/meters: 2 row(s), updated"),
        Case(3, "--agency parks", "--agency parks: no tables of this agency"),
        Case(6, "", "1 of 2 table(s) not refreshed: transit/routes", {ROUTES: RAGGED, STOPS: VALID}),
    ],
    "reporting_seeder.refresh_all": [
        Case(0, "", "transit/stops: 3 row(s), updated"),
        Case(3, "", NO_TABLES_MESSAGE, NO_TABLES),
        Case(6, "", "1 of 2 table(s) not refreshed: transit/routes", {ROUTES: RAGGED, STOPS: VALID}),
    ],
    "reporting_seeder.capture_release_snapshot": [
        Case(0, "--release 2024.1", "2024.1.json contains 3 table(s)"),
        Case(2, "--release ../2024.1", "expected letters, digits"),
        Case(3, "", NO_TABLES_MESSAGE, NO_TABLES),
        Case(4, "--release 2024.1", "captured earlier with different entries", {ROUTES: VALID, RELEASE: "[]"}),
        Case(4, "", "routes.json: not JSON", {ROUTES: VALID, ROUTES_ENTRY: "{"}),
        Case(6, "", "1 of 1 table(s) not refreshed: transit/routes", {ROUTES: RAGGED}),
    ],
}
CASES = [(job, case) for job, cases in JOBS.items() for case in EVERY_JOB + cases]
IDS = [f"{job} {case.code} {case.message}" for job, case in CASES]


def section(path: Path, title: str) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_bytes()))
    return re.search(rf"^{title}:\n((?: +.*\n?)+)", docstring, re.MULTILINE).group(1)


@pytest.mark.parametrize(("name", "case"), CASES, ids=IDS)
def test_each_outcome_has_its_exit_code_and_message(name, case, run_job, workdir):
    for file, text in case.files.items():
        (workdir / file).parent.mkdir(parents=True, exist_ok=True)
        (workdir / file).write_text(text)

    done = run_job(name, *shlex.split(case.arguments))

    assert done.returncode == case.code, done.stdout
    assert case.message in done.stdout
    assert "Traceback" not in done.stdout


def test_the_docstring_lists_exactly_the_exit_codes_that_occur(job, job_file):
    documented = re.findall(r"^    (\d+)  ", section(job_file(job), "Exit codes"), re.MULTILINE)
    assert {int(code) for code in documented} == {case.code for name, case in CASES if name == job}


def test_the_docstring_lists_exactly_the_arguments_of_the_parser(job, job_file, run_job):
    documented = set(re.findall(r"^    (--\w+)", section(job_file(job), "Arguments"), re.MULTILINE))
    usage = run_job(job, "--help")
    assert usage.returncode == 0
    assert usage.stdout.startswith(f"usage: {job.split('.')[1]} ")
    assert documented == set(re.findall(r"^  (--\w+)", usage.stdout, re.MULTILINE))
