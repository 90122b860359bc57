"""The table of faults in cases/faults.json: every fault has a case, a test, or a reason why it cannot occur."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hostile_cases import CASES, load_cases

FAULTS: list[dict[str, Any]] = json.loads((CASES / "faults.json").read_text(encoding="utf-8"))


def test_there_are_faults() -> None:
    assert len(FAULTS) > 50


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"])
def test_a_fault_has_a_case_a_test_or_a_reason_why_it_cannot_occur(fault: dict[str, Any]) -> None:
    assert fault.keys() <= {"fault", "cases", "tests", "reason"}
    assert fault.get("cases") or fault.get("tests") or fault.get("reason")
    assert set(fault.get("cases", [])) <= {case.name for case in load_cases()}
    for test in fault.get("tests", []):
        file, *names = test.split("::")
        assert has_test(Path(__file__).with_name(file), names), f"unknown test {test}"


def has_test(file: Path, names: list[str]) -> bool:
    body = ast.parse(file.read_text(encoding="utf-8")).body
    for name in names:
        found = [node for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name]
        if not found:
            return False
        body = found[0].body
    return True


def test_every_case_belongs_to_a_fault() -> None:
    named = {case for fault in FAULTS for case in fault.get("cases", [])}
    assert {case.name for case in load_cases()} == named


def test_every_folder_is_a_case() -> None:
    folders = {path.name for path in CASES.iterdir() if path.is_dir()}
    assert folders == {case.name for case in load_cases()}


def test_every_case_is_described_by_a_sentence() -> None:
    for case in load_cases():
        assert case.about.endswith("."), case.name
