"""Reads one job file: bytes in, a description or problems out. The forms that JOB may take are in cases/."""

from __future__ import annotations

import ast

import pytest
from airflow_control_plane.discovery.isolated_parser import IN_PROCESS_BYTES, read_job_file_safely
from airflow_control_plane.discovery.job_file import NOT_A_JOB, JobFile, read_job_file
from airflow_control_plane.discovery.source_text import may_mention
from hypothesis import example, given
from hypothesis import strategies as st

PATH = "shop/jobs/orders.py"
ROOT = "/packages"
WRITE = 'write JOB = (entrypoint, "description") once, at the top level'
PRINTABLE_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=1000)


def messages(source: str | bytes) -> list[str]:
    content = source.encode() if isinstance(source, str) else source
    return [str(problem) for problem in read_job_file(content, PATH).problems]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(
            "JOB = [main, 'text']",
            f"1:7: error: JOB is not a tuple; {WRITE} [job-shape]",
            id="shape",
        ),
        pytest.param(
            "JOB = (main, 'text', 3)",
            f"1:7: error: JOB has 3 element(s) instead of 2; {WRITE} [job-shape]",
            id="elements",
        ),
        pytest.param(
            "if main:\n    JOB = (main, 'text')",
            f"2:5: error: JOB depends on what happens at run time; {WRITE} [job-conditional]",
            id="conditional",
        ),
        pytest.param(
            "JOB = (main, 'one')\nJOB = (main, 'two')",
            f"2:1: error: JOB is assigned more than once; {WRITE} [job-repeated]",
            id="repeated",
        ),
        pytest.param(
            "from shop import JOB",
            "1:1: warning: JOB is imported, so this file is not a job; the file that assigns JOB is [job-imported]",
            id="imported",
        ),
        pytest.param(
            "'''Doc.'''\nJOB = (main, f'{1}')",
            "2:14: warning: the description is empty or computed, so the first line of the docstring is used "
            "[description-dynamic]",
            id="dynamic",
        ),
        pytest.param(
            "JOB = (main, f'{1}')",
            "1:14: error: the description is empty or computed, and the file has no docstring; write a string "
            "[description-missing]",
            id="missing",
        ),
        pytest.param(
            "# coding: latin-1\nJOB = (main, 'text')",
            "1:1: error: declares the encoding 'latin-1', but only UTF-8 is supported; remove the declaration "
            "[encoding]",
            id="cookie",
        ),
        pytest.param(
            b"# \xff\nJOB = (main, 'text')",
            "1:3: error: contains a byte that is not UTF-8; save the file as UTF-8 [encoding]",
            id="bytes",
        ),
        pytest.param(
            "J\uff2fB = (main, 'text')",
            "1:1: error: 'J\\uff2fB' only looks like JOB; write ASCII letters [job-look-alike]",
            id="look_alike",
        ),
    ],
)
def test_a_problem_says_where_it_is_what_is_wrong_and_what_to_do(source: str | bytes, message: str) -> None:
    assert messages(source) == [f"{PATH}:{message}"]


def test_a_column_counts_characters_and_not_bytes() -> None:
    assert messages("ä = '日本'; JOB = None")[0].startswith(f"{PATH}:1:17: ")


@given(PRINTABLE_TEXT)
def test_any_literal_description_is_read_unchanged(description: str) -> None:
    source = f"JOB = (print, {ascii(description)})\n".encode()
    if description.strip():
        assert read_job_file(source, PATH) == JobFile(description)
    else:
        assert read_job_file(source, PATH).problems[0].code == "description-missing"


@example(b"JOB\r# coding: utf-7")
@example(b"\xff\xfeJ\x00O\x00B\x00")
@given(st.binary().map(lambda content: content + b"JOB"))
def test_any_bytes_are_a_job_or_a_problem_and_never_an_exception(content: bytes) -> None:
    job_file = read_job_file(content, PATH)
    assert job_file == NOT_A_JOB or job_file.description or job_file.problems


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
@given(st.text(alphabet="JOB=(),'\"\\#: \n\r\f\t*abif_ＪＯＢ"))
def test_the_quick_test_for_job_never_misses_a_name_that_python_reads_as_job(source: str) -> None:
    if may_mention("JOB", source.encode()):
        return
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    assert not any(isinstance(node, ast.Name) and node.id == "JOB" for node in ast.walk(tree))


def test_a_large_file_is_read_in_a_child_process_with_the_same_result() -> None:
    padding = "#" * IN_PROCESS_BYTES
    for source in ("JOB = (print, 'ä text')", "JOB = None", "'''Doc'''\nJOB = (print, 1)", "JOB = (", "nothing = 1"):
        content = f"{source}\n{padding}\n".encode()
        assert read_job_file_safely(content, PATH, ROOT) == read_job_file(content, PATH, ROOT)


def test_the_child_process_accepts_a_path_that_cannot_be_decoded() -> None:
    content = b"JOB = None\n" + b"#" * IN_PROCESS_BYTES
    assert read_job_file_safely(content, "shop/jobs/bad\udcff.py", ROOT).problems[0].path == "shop/jobs/bad\udcff.py"
