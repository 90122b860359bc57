"""Airflow accepts every schedule that we accept, and we refuse a schedule with a reason."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow_control_plane.settings.cron import PRESETS, cron_error
from hypothesis import assume, given, settings
from hypothesis import strategies as st

# Reads one schedule per line and prints its next run, or why Airflow refuses it.
AIRFLOW = """
import sys
import pendulum
from airflow.timetables.base import DataInterval, TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable

start = pendulum.datetime(2026, 1, 1)
print("ready", flush=True)
for line in sys.stdin:
    try:
        timetable = CronTriggerTimetable(line.rstrip("\\n"), timezone="Europe/Berlin")
        timetable.validate()
        run = timetable.next_dagrun_info(
            last_automated_data_interval=DataInterval.exact(start), restriction=TimeRestriction(start, None, True)
        )
        print(run.run_after.isoformat(), flush=True)
    except Exception as error:
        print("refused:", repr(error).replace("\\n", " "), flush=True)
"""

VALID = (
    *PRESETS,
    "* * * * *",
    "0 3 * * *",
    "00 03 01 01 *",
    "*/15 8-18/2 1,15 * mon-fri",
    "0 0 * * 7",
    "0 0 * * 5-7",
    "0 0 * JAN-Mar SUN",
    "5/10 * * * *",
    "0 0 29 2 *",
    "0 0 31 2 mon",
    "0 0 31 2 0-6",
    "0 0 31 1-4 *",
    "59 23 31 12 6",
)
UNKNOWN_PRESET = "expected one of @hourly, @daily, @weekly, @monthly, @quarterly, @yearly"
NEVER = "no month in the list has such a day, so the job would never run"
INVALID = {
    "": "expected 5 fields, found 1",
    "0 3 * *": "expected 5 fields, found 4",
    "0 0 3 * * *": "expected 5 fields, found 6",
    "0  3 * * *": "expected 5 fields, found 6",
    "@midnight": f"unknown preset @midnight; {UNKNOWN_PRESET}",
    "@once": f"unknown preset @once; {UNKNOWN_PRESET}",
    "@Daily": f"unknown preset @Daily; {UNKNOWN_PRESET}",
    "60 * * * *": "minute 60 is out of range (0-59)",
    "* 24 * * *": "hour 24 is out of range (0-23)",
    "* * 0 * *": "day of month 0 is out of range (1-31)",
    "* * 32 * *": "day of month 32 is out of range (1-31)",
    "* * * 0 *": "month 0 is out of range (1-12)",
    "* * * 13 *": "month 13 is out of range (1-12)",
    "* * * * 8": "day of week 8 is out of range (0-7)",
    "* * * mon *": "invalid month 'mon'",
    "* * * * jan": "invalid day of week 'jan'",
    "* * * january *": "invalid month 'january'",
    "jan * * * *": "invalid minute 'jan'",
    "-1 * * * *": "invalid minute '-1'",
    "1.5 * * * *": "invalid minute '1.5'",
    "100 * * * *": "invalid minute '100'",
    "* * L * *": "invalid day of month 'l'",
    "* * ? * *": "invalid day of month '?'",
    "* * 15W * *": "invalid day of month '15w'",
    "* * * * mon#1": "invalid day of week 'mon#1'",
    "H * * * *": "invalid minute 'h'",
    "5-1 * * * *": "the minute range '5-1' runs backwards; write two ranges",
    "* * * * fri-mon": "the day of week range 'fri-mon' runs backwards; write two ranges",
    "1- * * * *": "invalid minute '1-'",
    "*-5 * * * *": "invalid minute '*-5'",
    "1--5 * * * *": "invalid minute '1--5'",
    "*/0 * * * *": "the step in '*/0' is out of range (1-59)",
    "*/60 * * * *": "the step in '*/60' is out of range (1-59)",
    "*/ * * * *": "invalid minute '*/'",
    "1,,2 * * * *": "invalid minute ''",
    "1, * * * *": "invalid minute ''",
    "** * * * *": "invalid minute '**'",
    "\u0663 * * * *": "invalid minute '\u0663'",
    "\uff11 * * * *": "invalid minute '\uff11'",
    "0 0 30 2 *": NEVER,
    "0 0 30 2 1,*": NEVER,
    "0 0 31 feb,apr *": NEVER,
    "0\n3 * * *": "expected 5 fields, found 4",
    "0 3 * * *\n": "invalid day of week '*\\n'",
}


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """Airflow in a process of its own, with a home of its own."""
    home = tmp_path_factory.mktemp("airflow")
    with subprocess.Popen(
        [sys.executable, "-c", AIRFLOW],
        env={"AIRFLOW_HOME": str(home), "HOME": str(home), "AIRFLOW__CORE__UNIT_TEST_MODE": "True"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=Path(home, "log").open("w"),
        text=True,
    ) as process:
        assert process.stdout
        while process.stdout.readline() != "ready\n":
            assert process.poll() is None, Path(home, "log").read_text()
        yield process
        process.kill()


def next_run(airflow: subprocess.Popen[str], schedule: str) -> str:
    """The next run after the start of 2026, or why Airflow refuses the schedule."""
    assert airflow.stdin and airflow.stdout
    airflow.stdin.write(f"{schedule}\n")
    airflow.stdin.flush()
    return airflow.stdout.readline()


def items(lowest: int, highest: int, names: str) -> st.SearchStrategy[str]:
    """One item of a field: a number, a name, a range or *, perhaps with a step."""
    numbers = st.integers(lowest, highest)
    ranges = st.lists(numbers, min_size=2, max_size=2).map(lambda pair: "{}-{}".format(*sorted(pair)))
    of_names = [st.sampled_from(names.split())] if names else []
    steps = st.one_of(st.just(""), st.integers(1, highest).map("/{}".format))
    whole = st.one_of(st.just("*"), numbers.map(str), numbers.map("{:02}".format), ranges, *of_names)
    return st.builds("{}{}".format, whole, steps)


def fields(lowest: int, highest: int, names: str = "") -> st.SearchStrategy[str]:
    return st.lists(items(lowest, highest, names), min_size=1, max_size=3).map(",".join)


EXPRESSIONS = st.tuples(
    fields(0, 59),
    fields(0, 23),
    fields(1, 31),
    fields(1, 12, "jan Feb MAR oct jan-mar Nov-DEC"),
    fields(0, 7, "sun Mon TUE fri sat mon-fri sun-Sat"),
).map(" ".join)
# Airflow accepts a date that never comes, and fails later unless a day of the week is given as well.
IMPOSSIBLE_DAYS = fields(0, 7, "sun Mon TUE").map("0 0 31 2,4 {}".format)


@pytest.mark.parametrize("schedule", VALID)
def test_a_valid_schedule_is_accepted_by_us_and_by_airflow(schedule: str, airflow: subprocess.Popen[str]) -> None:
    assert cron_error(schedule) is None
    assert next_run(airflow, schedule).startswith("20")


@pytest.mark.parametrize("schedule", INVALID)
def test_an_invalid_schedule_is_refused_with_a_reason(schedule: str) -> None:
    assert cron_error(schedule) == INVALID[schedule]


def test_a_day_is_accepted_exactly_if_the_month_can_have_it() -> None:
    longest = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
    for month in range(1, 13):
        for day in range(1, 32):
            assert (cron_error(f"0 0 {day} {month} *") is None) == (day <= longest.get(month, 31))


@settings(max_examples=500)
@given(EXPRESSIONS | IMPOSSIBLE_DAYS)
def test_airflow_finds_a_next_run_for_every_schedule_that_we_accept(
    airflow: subprocess.Popen[str], schedule: str
) -> None:
    assume(cron_error(schedule) is None)
    assert next_run(airflow, schedule).startswith("20"), schedule
