"""`graph`: chains and groups, as text and as Mermaid."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from _settings import Config, job_text, resolved
from _workspace import Workspace
from airflow_control_plane.cli.graph import to_mermaid, to_text
from hostile_cases import run
from hypothesis import given
from hypothesis import strategies as st

JOBS: dict[str, Config] = {
    "load.orders": {"schedule": "0 3 * * *"},
    "load.prices": {},
    "report.daily": {"after": ["load.orders", "load.prices"], "group": "reporting"},
    "report.mail": {"after": {"any": ["report.daily", "load.prices"]}, "group": "reporting"},
}
TEXT = """\
reporting:
  report.daily  (after load.orders and load.prices)
  report.mail  (after report.daily or load.prices)
no group:
  load.orders  (0 3 * * *)
  load.prices  (when triggered)
"""
MERMAID = """\
flowchart LR
  subgraph group_o_reporting["reporting"]
    report_o_daily["report.daily"]
    report_o_mail["report.mail"]
  end
    load_o_orders["load.orders"]
    load_o_prices["load.prices"]
  load_o_orders --> report_o_daily
  load_o_prices --> report_o_daily
  report_o_daily -.-> report_o_mail
  load_o_prices -.-> report_o_mail
"""

# The part of Mermaid's grammar that `graph` uses. Any other line is an error.
ID = r"[A-Za-z][A-Za-z0-9_]*"
NODE = re.compile(rf' {{2,4}}({ID})\["([^"\[\]]+)"\]')
GROUP = re.compile(rf' {{2}}subgraph ({ID})\["([^"\[\]]+)"\]')
EDGE = re.compile(rf" {{2}}({ID}) (-->|-\.->) ({ID})")


class Diagram(NamedTuple):
    """The group of each job, and the edges with their arrows, by the labels that a reader sees."""

    groups: dict[str, str]
    edges: set[tuple[str, str, str]]


def parsed(text: str) -> Diagram:
    head, *lines = text.splitlines()
    assert head == "flowchart LR"
    labels: dict[str, str] = {}
    groups: dict[str, str] = {}
    edges = set()
    group = ""
    for line in lines:
        if match := GROUP.fullmatch(line):
            assert not group and match[1] not in labels
            group = match[2]
        elif line == "  end":
            assert group
            group = ""
        elif match := NODE.fullmatch(line):
            assert match[1] not in labels and match[1] != "end"
            labels[match[1]] = match[2]
            groups[match[2]] = group
        else:
            edge = EDGE.fullmatch(line)
            assert edge, line
            edges.add((labels[edge[1]], edge[2], labels[edge[3]]))
    assert not group
    return Diagram(groups, edges)


def test_text_shows_groups_and_what_starts_each_job() -> None:
    assert to_text(resolved(JOBS).jobs) == TEXT


def test_mermaid_shows_groups_and_arrows() -> None:
    assert to_mermaid(resolved(JOBS).jobs) == MERMAID
    assert parsed(MERMAID).edges == {
        ("load.orders", "-->", "report.daily"),
        ("load.prices", "-->", "report.daily"),
        ("report.daily", "-.->", "report.mail"),
        ("load.prices", "-.->", "report.mail"),
    }


# Names that consist of the letters and signs from which ids are built.
NAMES = st.text("o_m", max_size=4).map("a{}".format)
KEYS = st.builds("{}.{}".format, NAMES, NAMES)
GROUPS = st.text("o_m.-", min_size=1, max_size=6)


@given(st.dictionaries(KEYS, GROUPS, min_size=1), st.data())
def test_any_names_of_jobs_and_groups_get_ids_of_their_own(groups: dict[str, str], data: st.DataObject) -> None:
    keys = sorted(groups)
    after = {
        key: data.draw(st.lists(st.sampled_from(keys[:place]), unique=True)) if place else []
        for place, key in enumerate(keys)
    }
    catalog = resolved({key: {"group": groups[key], **({"after": after[key]} if after[key] else {})} for key in keys})
    assert parsed(to_mermaid(catalog.jobs)) == Diagram(
        groups, {(name, "-->", key) for key, names in after.items() for name in names}
    )


class TestTheCommand:
    @pytest.fixture
    def workspace(self, tmp_path: Path) -> Workspace:
        workspace = Workspace(tmp_path)
        workspace.write_job("orders")
        workspace.write_job("prices", text=job_text({"after": ["shop.orders"]}))
        return workspace

    def test_prints_text_or_mermaid(self, workspace: Workspace) -> None:
        text = run("graph", "--packages-root", workspace.packages)
        mermaid = run("graph", "--packages-root", workspace.packages, "--format", "mermaid")
        assert text == (0, "no group:\n  shop.orders  (when triggered)\n  shop.prices  (after shop.orders)\n", "")
        assert parsed(mermaid.out).edges == {("shop.orders", "-->", "shop.prices")}

    def test_a_job_with_a_problem_is_shown_if_another_job_runs_after_it(self, workspace: Workspace) -> None:
        workspace.write_job("orders", text="JOB = None\n")
        result = run("graph", "--packages-root", workspace.packages, "--format", "mermaid")
        assert result.code == 0
        assert parsed(result.out).edges == {("shop.orders", "-->", "shop.prices")}
        assert "[job-shape]" in result.err

    def test_a_disabled_job_is_not_shown(self, workspace: Workspace) -> None:
        workspace.write_job("prices", text=job_text({"enabled": False}))
        assert "prices" not in run("graph", "--packages-root", workspace.packages).out

    def test_without_jobs_the_diagram_is_empty(self, tmp_path: Path) -> None:
        (tmp_path / "packages").mkdir()
        result = run("graph", "--packages-root", tmp_path / "packages", "--format", "mermaid")
        assert result == (0, "flowchart LR\n", "")
