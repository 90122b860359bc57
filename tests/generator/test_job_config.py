"""How JOB_CONFIG is read: as a literal, with the line and column of every problem, without running the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from _settings import EVERY_KEY, Config, job_text, read
from _workspace import Workspace
from airflow_control_plane.discovery.isolated_parser import IN_PROCESS_BYTES, read_job_file_safely
from airflow_control_plane.discovery.job_file import NOT_A_JOB, JobFile, read_job_file
from hypothesis import given
from hypothesis import strategies as st

JOB = "JOB = (print, 'A job')\n"
WRITE = "write JOB_CONFIG = {...} once, at the top level, with plain values only [config-shape]"


def messages(source: str) -> list[str]:
    return [str(problem).removeprefix("shop/jobs/orders.py:") for problem in read(source).problems]


class TestLiterals:
    def test_a_file_without_it_has_no_settings(self) -> None:
        assert read(JOB) == JobFile("A job")
        assert read(f"{JOB}JOB_CONFIG = {{}}\n").config.layer == {}

    def test_it_may_have_an_annotation(self) -> None:
        assert read(f"{JOB}JOB_CONFIG: dict[str, object] = {{'retries': 2}}\n").config.layer == {"retries": 2}

    def test_it_may_come_before_job_and_span_several_lines(self) -> None:
        source = f"JOB_CONFIG = {{\n    'retries': 2,  # twice\n    'tags': [\n        'a',\n    ],\n}}\n{JOB}"
        assert read(source).config.layer == {"retries": 2, "tags": ["a"]}

    @pytest.mark.parametrize(
        ("text", "values"),
        [
            pytest.param("{'tags': ('a', 'b')}", {"tags": ["a", "b"]}, id="tuple"),
            pytest.param("{'after': {'any': ('a.b',)}}", {"after": {"any": ["a.b"]}}, id="inner_tuple"),
            pytest.param("{'priority': -3}", {"priority": -3}, id="negative"),
            pytest.param("{'priority': 0x10, 'retries': 1_0}", {"priority": 16, "retries": 10}, id="spellings"),
            pytest.param("{'timeout': 1e3}", {"timeout": 1000.0}, id="float"),
            pytest.param("{'args': ['a' 'b', r'\\d', '''c''']}", {"args": ["ab", "\\d", "c"]}, id="strings"),
            pytest.param("{'paused': True}", {"paused": True}, id="bool"),
        ],
    )
    def test_plain_values_may_have_any_spelling(self, text: str, values: Config) -> None:
        file = read(f"{JOB}JOB_CONFIG = {text}\n")
        assert not file.problems
        assert file.config.layer == values

    @pytest.mark.parametrize(
        ("text", "column", "what"),
        [
            pytest.param("{'retries': int('2')}", 26, "retries is not a plain value", id="call"),
            pytest.param("{'retries': RETRIES}", 26, "retries is not a plain value", id="name"),
            pytest.param("{'retries': config.retries}", 26, "retries is not a plain value", id="attribute"),
            pytest.param("{'retries': 1 + 1}", 26, "retries is not a plain value", id="sum"),
            pytest.param("{'retries': ~1}", 26, "retries is not a plain value", id="inversion"),
            pytest.param("{'retries': 1 if x else 2}", 26, "retries is not a plain value", id="choice"),
            pytest.param("{'retries': (n := 1)}", 27, "retries is not a plain value", id="walrus"),
            pytest.param("{'retries': lambda: 1}", 26, "retries is not a plain value", id="lambda"),
            pytest.param("{'retries': ...}", 26, "retries is not a plain value", id="ellipsis"),
            pytest.param("{'retries': 2j}", 26, "retries is not a plain value", id="complex"),
            pytest.param("{'timeout': 1e999}", 26, "timeout is not a plain value", id="infinity"),
            pytest.param("{'timeout': float('nan')}", 26, "timeout is not a plain value", id="not_a_number"),
            pytest.param("{'group': b'a'}", 24, "group is not a plain value", id="bytes"),
            pytest.param("{'group': f'{x}'}", 24, "group is not a plain value", id="f_string"),
            pytest.param("{'tags': {'a', 'b'}}", 23, "tags is not a plain value", id="set"),
            pytest.param("{'tags': [t for t in x]}", 23, "tags is not a plain value", id="list_comprehension"),
            pytest.param("{'env': {k: '' for k in x}}", 22, "env is not a plain value", id="dict_comprehension"),
            pytest.param("{'tags': ['a', *more]}", 29, "tags.1 is not a plain value", id="starred"),
            pytest.param(
                "{**COMMON, 'retries': 2}", 17, "JOB_CONFIG has a key that is not a plain string", id="unpacked"
            ),
            pytest.param("{'env': {**COMMON}}", 25, "env has a key that is not a plain string", id="inner_unpacked"),
            pytest.param("{1: 2}", 15, "JOB_CONFIG has a key that is not a plain string", id="number_as_key"),
            pytest.param("{b'a': 2}", 15, "JOB_CONFIG has a key that is not a plain string", id="bytes_as_key"),
            pytest.param("{KEY: 2}", 15, "JOB_CONFIG has a key that is not a plain string", id="name_as_key"),
            pytest.param("{f'a': 2}", 15, "JOB_CONFIG has a key that is not a plain string", id="f_string_as_key"),
        ],
    )
    def test_a_value_that_is_not_a_literal_is_a_problem_with_its_line_and_column(
        self, text: str, column: int, what: str
    ) -> None:
        assert messages(f"{JOB}JOB_CONFIG = {text}\n") == [f"2:{column}: error: {what}; {WRITE}"]

    @pytest.mark.parametrize(
        ("text", "column", "key"),
        [
            pytest.param("{'retries': 1, 'retries': 2}", 29, "retries", id="outer"),
            pytest.param("{'env': {'A': '', 'A': ''}}", 32, "env.A", id="inner"),
        ],
    )
    def test_a_key_that_is_set_twice_is_a_problem(self, text: str, column: int, key: str) -> None:
        assert messages(f"{JOB}JOB_CONFIG = {text}\n") == [
            f"2:{column}: error: {key} is set twice; keep one of them [config-shape]"
        ]

    def test_a_value_that_is_nested_too_deeply_is_a_problem(self) -> None:
        (message,) = messages(f"{JOB}JOB_CONFIG = {{'tags': {'[' * 60}{']' * 60}}}\n")
        assert message == f"2:29: error: tags.0.0.0.0.0.0 is nested too deeply; {WRITE}"

    @given(st.integers(min_value=10**16) | st.integers(max_value=-(10**16)))
    def test_a_number_that_is_too_large_is_a_problem(self, number: int) -> None:
        (message,) = messages(f"{JOB}JOB_CONFIG = {{'priority': {number:#x}}}\n")
        assert message.endswith("from -1000000 to 1000000, found a number with too many digits [config-value]")

    def test_a_number_that_python_refuses_to_print_is_a_problem(self) -> None:
        (message,) = messages(f"{JOB}JOB_CONFIG = {{'priority': 0x{'f' * 9000}}}\n")
        assert message.endswith("found a number with too many digits [config-value]")

    @pytest.mark.parametrize(("text", "character"), [("\\0", "\\x00"), ("a\\ud800b", "\\ud800")])
    def test_a_character_that_the_database_cannot_store_is_a_problem(self, text: str, character: str) -> None:
        (message,) = messages(f"{JOB}JOB_CONFIG = {{'args': ['fine', '{text}']}}\n")
        assert message.startswith(
            f"2:32: error: args.1: contains the character '{character}', which the database cannot store"
        )

    @pytest.mark.parametrize("key", ["timeout", "retry_delay", "schedule", "group", "pool"])
    def test_a_line_end_after_a_valid_value_is_a_problem(self, key: str) -> None:
        """In Python's own regular expressions, $ also matches before it."""
        good = {"schedule": "@daily", "group": "a", "pool": "a"}.get(key, "5m")
        assert messages(f"{JOB}JOB_CONFIG = {{{key!r}: {good!r}}}\n") == []
        assert len(messages(f"{JOB}JOB_CONFIG = {{{key!r}: {good + chr(10)!r}}}\n")) == 1


class TestBindings:
    @pytest.mark.parametrize(
        ("source", "place"),
        [
            pytest.param("if DEBUG:\n    JOB_CONFIG = {}", "2:5", id="conditional"),
            pytest.param("try:\n    JOB_CONFIG = {}\nfinally:\n    pass", "2:5", id="in_a_try"),
            pytest.param("from shop.common import JOB_CONFIG", "1:1", id="imported"),
            pytest.param("import config as JOB_CONFIG", "1:1", id="imported_by_another_name"),
            pytest.param("JOB_CONFIG: dict", "1:1", id="declared_alone"),
            pytest.param("A, JOB_CONFIG = {}, {}", "1:4", id="unpacked"),
            pytest.param("A = JOB_CONFIG = {}", "1:5", id="chained"),
            pytest.param("def JOB_CONFIG(): ...", "1:1", id="function"),
            pytest.param("class JOB_CONFIG: ...", "1:1", id="class"),
            pytest.param("JOB_CONFIG = dict(retries=2)", "1:14", id="call"),
            pytest.param("JOB_CONFIG = COMMON", "1:14", id="name"),
            pytest.param("JOB_CONFIG = COMMON | {}", "1:14", id="union"),
            pytest.param("JOB_CONFIG = {key: 1 for key in ()}", "1:14", id="comprehension"),
            pytest.param("JOB_CONFIG = [('retries', 2)]", "1:14", id="list"),
            pytest.param("JOB_CONFIG = {'retries'}", "1:14", id="set"),
            pytest.param("JOB_CONFIG = None", "1:14", id="none"),
            pytest.param("JOB_CONFIG = '{}'", "1:14", id="text"),
        ],
    )
    def test_it_must_be_a_plain_assignment_of_a_dict(self, source: str, place: str) -> None:
        assert messages(f"{source}\n{JOB}") == [f"{place}: error: JOB_CONFIG is not a plain dict; {WRITE}"]

    @pytest.mark.parametrize(
        ("source", "line"),
        [
            pytest.param("JOB_CONFIG = {}\nJOB_CONFIG = {}", 2, id="twice"),
            pytest.param("JOB_CONFIG = {}\nJOB_CONFIG['retries'] = 2\nJOB_CONFIG |= {}", 3, id="augmented"),
        ],
    )
    def test_it_must_not_be_assigned_again(self, source: str, line: int) -> None:
        assert messages(f"{source}\n{JOB}") == [f"{line}:1: error: JOB_CONFIG is assigned more than once; {WRITE}"]

    def test_a_name_in_a_function_or_a_class_does_not_count(self) -> None:
        source = f"{JOB}def f():\n    JOB_CONFIG = 1\n\n\nclass C:\n    JOB_CONFIG = 2\n"
        assert read(source) == JobFile("A job")

    @pytest.mark.parametrize(
        "config", ["{}", "{'retries': 2}", "{'retrys': 2}", "None", f"{{'priority': 0x{'f' * 9000}}}"]
    )
    def test_it_has_no_meaning_in_a_file_without_job(self, config: str) -> None:
        source = f"JOB_CONFIG = {config}\n".encode()
        assert read_job_file(source, "shop/jobs/common.py", "/root") == NOT_A_JOB
        assert read_job_file_safely(source + b"#" * IN_PROCESS_BYTES, "shop/jobs/common.py", "/root") == NOT_A_JOB

    def test_it_has_no_meaning_beside_an_imported_job(self) -> None:
        assert messages("from shop.jobs.a import JOB\nJOB_CONFIG = {'retrys': 2}\n") == [
            "1:1: warning: JOB is imported, so this file is not a job; the file that assigns JOB is [job-imported]"
        ]


class TestProblems:
    SOURCE = """\
JOB = (print, 'Größe')
größe = 'ä'; JOB_CONFIG = {
    "retrys": 2,
    "retries": -1,
    "notify": {
        "on_failure": ["slack:a", "pager:b"],
        "on_succes": [],
    },
    "schedule": "61 * * * *",
    "timezone": "Mars/Olympus",
    "env": {"A": None, "B": 1},
}
"""

    def test_are_reported_at_once_each_with_its_line_and_column(self) -> None:
        assert messages(self.SOURCE) == [
            "3:5: error: retrys: unknown key; did you mean retries? [config-key]",
            "4:5: error: retries: expected a whole number from 0 to 1000000, found -1 [config-value]",
            "6:35: error: notify.on_failure.1: expected slack:<connection id> or email:<address>, "
            "found a string (not shown) [config-value]",
            "7:9: error: notify.on_succes: unknown key; did you mean on_success? [config-key]",
            "11:13: error: env.A: expected a string, found null [config-value]",
            "11:24: error: env.B: expected a string, found 1 [config-value]",
            "9:5: error: schedule: minute 61 is out of range (0-59) [config-schedule]",
            "10:5: error: timezone: unknown time zone; expected a name such as Europe/Berlin [config-timezone]",
        ]

    def test_have_columns_that_count_characters(self) -> None:
        assert messages("JOB = (print, 'x')\nä = '日本'; JOB_CONFIG = {'ö': 1}\n")[0].startswith("2:25: ")

    def test_of_several_values_that_are_not_literals_are_reported_at_once(self) -> None:
        places = [
            message.partition(" ")[0] for message in messages(f"{JOB}JOB_CONFIG = {{'a': x, 1: 2, 'b': [y, {{z}}]}}\n")
        ]
        assert places == ["2:20:", "2:23:", "2:35:", "2:38:"]

    def test_of_job_and_of_job_config_are_reported_together(self) -> None:
        codes = [problem.code for problem in read("JOB = print\nJOB_CONFIG = {'retrys': 2, 'retries': 'x'}\n").problems]
        assert codes == ["job-shape", "config-key", "config-value"]

    def test_are_reported_together_with_warnings(self) -> None:
        codes = [problem.code for problem in read("'''Doc.'''\nJOB = (f, f'{x}')\nJOB_CONFIG = {'a': 1}\n").problems]
        assert codes == ["description-dynamic", "config-key"]

    def test_stop_the_file_from_being_a_job(self) -> None:
        assert read(self.SOURCE).description is None


class TestLargeFiles:
    @pytest.mark.parametrize(
        "source",
        [
            pytest.param(job_text(EVERY_KEY), id="every_key"),
            pytest.param(job_text({"args": ["ä", "\u2028", "🦆"], "after": {"any": ["a.b"]}}), id="texts"),
            pytest.param(job_text({"retries": -1, "timezone": "x"}), id="wrong_values"),
            pytest.param(TestProblems.SOURCE, id="many_problems"),
            pytest.param(f"{JOB}JOB_CONFIG = {{'priority': 0x{'f' * 9000}}}\n", id="huge_number"),
            pytest.param(f"{JOB}JOB_CONFIG = {{'args': ['\\ud800']}}\n", id="surrogate"),
            pytest.param(f"{JOB}JOB_CONFIG = f()\n", id="not_a_literal"),
        ],
    )
    def test_are_read_in_a_child_process_with_the_same_result(self, source: str) -> None:
        content = f"{source}{'#' * IN_PROCESS_BYTES}\n".encode()
        assert read_job_file_safely(content, "shop/jobs/orders.py", "/root") == read_job_file(
            content, "shop/jobs/orders.py", "/root"
        )

    def test_may_have_a_list_of_thousands_of_values(self) -> None:
        arguments = "'',\n" * (IN_PROCESS_BYTES // 4 - 20)
        assert len(read(f"{JOB}JOB_CONFIG = {{'args': [\n{arguments}]}}\n").config.layer["args"]) > 8000


class TestNothingRuns:
    def test_neither_a_valid_nor_an_invalid_job_config_is_executed(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        mark = f"open({str(tmp_path / 'was_run')!r}, 'w')"
        workspace.write_job("good", text=f"{mark}\n{JOB}JOB_CONFIG = {{'retries': 1}}\n")
        workspace.write_job("bad", text=f"{JOB}JOB_CONFIG = {{'retries': {mark}, **{mark}}}\n")
        result = workspace.sync_once()
        assert result.returncode == 0
        assert "[config-shape]" in result.stderr
        assert not (tmp_path / "was_run").exists()


class TestTheLastDag:
    def test_is_kept_while_the_settings_are_invalid_and_updated_when_they_are_valid(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        workspace.write_job("orders", text=job_text({"retries": 1}))
        workspace.write_job("prices")
        assert workspace.sync_once().returncode == 0
        last = workspace.published()["shop_orders_dag.py"]
        workspace.write_job("orders", text=job_text({"retries": -1}))
        workspace.write_job("prices", text=job_text({"retries": 2}))
        assert workspace.sync_once().returncode == 0
        assert workspace.published()["shop_orders_dag.py"] == last
        assert b"retries=2" in workspace.published()["shop_prices_dag.py"]
        assert b"config-value" in workspace.published()["airflow_control_plane_problems.py"]
        workspace.write_job("orders", text=job_text({"retries": 3}))
        assert workspace.sync_once().returncode == 0
        assert b"retries=3" in workspace.published()["shop_orders_dag.py"]
        assert "airflow_control_plane_problems.py" not in workspace.published()

    def test_is_not_created_with_invalid_settings(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        workspace.write_job("orders", text=job_text({"schedule": "99 * * * *"}))
        assert workspace.sync_once().returncode == 0
        assert list(workspace.published()) == ["airflow_control_plane_problems.py"]
