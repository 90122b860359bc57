"""The exit codes that a job's docstring promises are the ones it has."""

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
    says: str
    files: dict[str, str] = field(default_factory=dict)


def agencies(*lines: str) -> dict[str, str]:
    return {AGENCIES: "".join(f"{line}\n" for line in lines)}


HEADER = "agency_id,name,budget"
NO_TABLES = {"reporting_seeder/tables/README.txt": "empty but for this"}
NO_TABLES_SAYS = "no tables; put one there as AGENCY/TABLE.csv"

EVERY_JOB = [
    Case(2, "--no-such-argument", "unrecognized arguments: --no-such-argument"),
    Case(2, "--work elsewhere", "unrecognized arguments: --work elsewhere"),
    Case(5, "--workdir /dev/null", "cannot be made a working folder (Not a directory); choose another"),
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
        Case(4, "--input .", "cannot be read (Is a directory)"),
        Case(4, "", "agencies.csv:1: expected a line of distinct column names", agencies()),
        Case(4, "", "agencies.csv:1: expected a line of distinct column names", agencies("name,name")),
        Case(4, "", "agencies.csv:1: missing column(s) name, budget; found agency_id", agencies("agency_id")),
        Case(4, "", "agencies.csv:3: expected 3 value(s), found 2", agencies(HEADER, "a,A,1", "b,B")),
        Case(4, "", "agencies.csv:2: not CSV", agencies(HEADER, 'a,"A"B,1')),
        Case(4, "", "agencies.csv:2: budget is '1.5'", agencies(HEADER, "a,A,1.5")),
        Case(4, "", "agencies.csv:3: agency_id A is there twice", agencies(HEADER, "a,A,1", " A ,B,2")),
    ],
    "file_processing.hello_world": [
        Case(0, "", "Hello, world!"),
    ],
    "reporting_seeder.hello_world": [
        Case(0, "", "Hello, world! I see 3 table(s)."),
        Case(3, "", NO_TABLES_SAYS, NO_TABLES),
    ],
    "reporting_seeder.refresh_table": [
        Case(0, "--table water/meters", "water/meters: 2 row(s), updated"),
        Case(3, "--table ../x", "--table ../x: no such table; the tables are transit/routes, transit/stops"),
        Case(3, "", NO_TABLES_SAYS, NO_TABLES),
        Case(4, "", "routes.csv:2: expected 2 value(s), found 1", {ROUTES: RAGGED}),
    ],
    "reporting_seeder.refresh_agency": [
        Case(0, "--agency water", "water/meters: 2 row(s), updated"),
        Case(3, "--agency parks", "--agency parks: has no tables"),
        Case(6, "", "1 of 2 table(s) not refreshed: transit/routes", {ROUTES: RAGGED, STOPS: VALID}),
    ],
    "reporting_seeder.refresh_all": [
        Case(0, "", "transit/stops: 3 row(s), updated"),
        Case(3, "", NO_TABLES_SAYS, NO_TABLES),
        Case(6, "", "1 of 2 table(s) not refreshed: transit/routes", {ROUTES: RAGGED, STOPS: VALID}),
    ],
    "reporting_seeder.capture_release_snapshot": [
        Case(0, "--release 2024.1", "2024.1.json holds 3 table(s)"),
        Case(2, "--release ../2024.1", "expected letters, digits"),
        Case(3, "", NO_TABLES_SAYS, NO_TABLES),
        Case(4, "--release 2024.1", "captured before with other entries", {ROUTES: VALID, RELEASE: "[]"}),
        Case(4, "", "routes.json: not JSON", {ROUTES: VALID, ROUTES_ENTRY: "{"}),
        Case(6, "", "1 of 1 table(s) not refreshed: transit/routes", {ROUTES: RAGGED}),
    ],
}
CASES = [(job, case) for job, own in JOBS.items() for case in EVERY_JOB + own]
IDS = [f"{job} {case.code} {case.says}" for job, case in CASES]


def section(path: Path, title: str) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_bytes()))
    return re.search(rf"^{title}:\n((?: +.*\n?)+)", docstring, re.MULTILINE).group(1)


@pytest.mark.parametrize(("name", "case"), CASES, ids=IDS)
def test_a_job_ends_with_the_code_and_the_words_that_fit_what_happened(name, case, run_job, workdir):
    for file, text in case.files.items():
        (workdir / file).parent.mkdir(parents=True, exist_ok=True)
        (workdir / file).write_text(text)

    done = run_job(name, *shlex.split(case.arguments))

    assert done.returncode == case.code, done.stdout
    assert case.says in done.stdout
    assert "Traceback" not in done.stdout


def test_the_codes_in_the_docstring_are_those_that_happen(job, job_file):
    documented = re.findall(r"^    (\d+)  ", section(job_file(job), "Exit codes"), re.MULTILINE)
    assert {int(code) for code in documented} == {case.code for name, case in CASES if name == job}


def test_the_arguments_in_the_docstring_are_those_of_the_parser(job, job_file, run_job):
    documented = set(re.findall(r"^    (--\w+)", section(job_file(job), "Arguments"), re.MULTILINE))
    helped = run_job(job, "--help")
    assert helped.returncode == 0
    assert helped.stdout.startswith(f"usage: {job.split('.')[1]} ")
    assert documented == set(re.findall(r"^  (--\w+)", helped.stdout, re.MULTILINE))
