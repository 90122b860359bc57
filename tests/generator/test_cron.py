"""What we take for a schedule, Airflow takes too; and what we refuse, we refuse with a reason."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow_control_plane.settings.cron import PRESETS, cron_error
from hypothesis import assume, given, settings
from hypothesis import strategies as st

# Reads schedules line by line and answers each with its next run, or with what Airflow has against it.
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
INVALID = {
    "": "it has 1 field(s), not 5",
    "0 3 * *": "it has 4 field(s), not 5",
    "0 0 3 * * *": "it has 6 field(s), not 5",
    "0  3 * * *": "it has 6 field(s), not 5",
    "@midnight": "@midnight is no preset; there are @hourly, @daily, @weekly, @monthly, @quarterly, @yearly",
    "@once": "@once is no preset; there are @hourly, @daily, @weekly, @monthly, @quarterly, @yearly",
    "@Daily": "@Daily is no preset; there are @hourly, @daily, @weekly, @monthly, @quarterly, @yearly",
    "60 * * * *": "'60' is no minute from 0 to 59",
    "* 24 * * *": "'24' is no hour from 0 to 23",
    "* * 0 * *": "'0' is no day of month from 1 to 31",
    "* * 32 * *": "'32' is no day of month from 1 to 31",
    "* * * 0 *": "'0' is no month from 1 to 12",
    "* * * 13 *": "'13' is no month from 1 to 12",
    "* * * * 8": "'8' is no day of week from 0 to 7",
    "* * * mon *": "'mon' is no month from 1 to 12",
    "* * * * jan": "'jan' is no day of week from 0 to 7",
    "* * * january *": "'january' is no month from 1 to 12",
    "jan * * * *": "'jan' is no minute from 0 to 59",
    "-1 * * * *": "'-1' is no minute",
    "1.5 * * * *": "'1.5' is no minute",
    "100 * * * *": "'100' is no minute",
    "* * L * *": "'l' is no day of month from 1 to 31",
    "* * ? * *": "'?' is no day of month",
    "* * 15W * *": "'15w' is no day of month",
    "* * * * mon#1": "'mon#1' is no day of week",
    "H * * * *": "'h' is no minute from 0 to 59",
    "5-1 * * * *": "'5-1' runs backwards; write it as two ranges",
    "* * * * fri-mon": "'fri-mon' runs backwards; write it as two ranges",
    "1- * * * *": "'1-' is no minute",
    "*-5 * * * *": "'*-5' is no minute",
    "1--5 * * * *": "'1--5' is no minute",
    "*/0 * * * *": "'*/0' has a step that is not from 1 to 59",
    "*/60 * * * *": "'*/60' has a step that is not from 1 to 59",
    "*/ * * * *": "'*/' is no minute",
    "1,,2 * * * *": "'' is no minute",
    "1, * * * *": "'' is no minute",
    "** * * * *": "'**' is no minute",
    "\u0663 * * * *": "'\u0663' is no minute",
    "\uff11 * * * *": "'\uff11' is no minute",
    "0 0 30 2 *": "no such day of the month ever comes",
    "0 0 30 2 1,*": "no such day of the month ever comes",
    "0 0 31 feb,apr *": "no such day of the month ever comes",
    "0\n3 * * *": "it has 4 field(s), not 5",
    "0 3 * * *\n": "'*\\n' is no day of week",
}


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """Airflow in a process of its own, which it takes for its home."""
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
    """When Airflow would run next after the first second of 2026, or what it has against the schedule."""
    assert airflow.stdin and airflow.stdout
    airflow.stdin.write(f"{schedule}\n")
    airflow.stdin.flush()
    return airflow.stdout.readline()


def items(lowest: int, highest: int, names: str) -> st.SearchStrategy[str]:
    """One item of a field: a number, a name, a range of either or all, and perhaps a step."""
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
# Airflow takes a day that never comes and fails later, unless a day of the week may come instead.
IMPOSSIBLE_DAYS = fields(0, 7, "sun Mon TUE").map("0 0 31 2,4 {}".format)


@pytest.mark.parametrize("schedule", VALID)
def test_a_good_schedule_is_taken_by_us_and_by_airflow(schedule: str, airflow: subprocess.Popen[str]) -> None:
    assert cron_error(schedule) is None
    assert next_run(airflow, schedule).startswith("20")


@pytest.mark.parametrize("schedule", INVALID)
def test_a_bad_schedule_is_refused_with_a_reason(schedule: str) -> None:
    assert (cron_error(schedule) or "").startswith(INVALID[schedule])


def test_every_day_that_a_month_can_have_is_taken_and_no_other() -> None:
    longest = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
    for month in range(1, 13):
        for day in range(1, 32):
            assert (cron_error(f"0 0 {day} {month} *") is None) == (day <= longest.get(month, 31))


@settings(max_examples=500)
@given(EXPRESSIONS | IMPOSSIBLE_DAYS)
def test_whatever_we_take_airflow_takes_and_finds_a_next_run(airflow: subprocess.Popen[str], schedule: str) -> None:
    assume(cron_error(schedule) is None)
    assert next_run(airflow, schedule).startswith("20"), schedule
