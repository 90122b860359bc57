"""Helm and the generator agree on `jobs.defaults` and `jobs.overrides`, for every case in the generator's tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rendered import ROOT, Object, RenderingFailed, find, helm, render

CASES = ROOT / "tests" / "generator" / "settings_cases"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "generator")}


def cases(kind: str) -> dict[str, Any]:
    """The cases as overrides by job name, so that one run of Helm checks all of them."""
    return {
        f"{path.stem}.case_{number}": case
        for path in sorted((CASES / kind).glob("*.json"))
        for number, case in enumerate(json.loads(path.read_text(encoding="utf-8")))
    }


VALID = cases("valid")
INVALID = cases("invalid")
BEYOND_THE_SCHEMA = {name for name, case in INVALID.items() if case.get("beyond_the_schema")}


def settings_of(values: Object) -> Object:
    """The settings file that the chart renders for the generator."""
    configmap = find(render(values), "configmap/airflow-generator-settings")
    return json.loads(configmap["data"]["settings.json"])


TRIGGERER = {"triggerer": {"enabled": True}}  # deadlines require it


def test_there_are_cases() -> None:
    assert len(VALID) > 90 and len(INVALID) > 150


def test_valid_settings_reach_the_generator_unchanged() -> None:
    everything = VALID["all.case_1"]
    jobs = settings_of({**TRIGGERER, "jobs": {"defaults": everything, "overrides": VALID}})["jobs"]
    assert jobs == {"defaults": everything, "overrides": VALID}


def test_off_reaches_the_generator_and_null_is_rejected() -> None:
    jobs = settings_of({"jobs": {"overrides": {"a.b": {"schedule": "off"}}}})["jobs"]
    assert jobs["overrides"] == {"a.b": {"schedule": "off"}}
    with pytest.raises(RenderingFailed, match="schedule"):
        render({"jobs": {"overrides": {"a.b": {"schedule": None}}}})


def test_helm_rejects_what_the_generator_rejects() -> None:
    with pytest.raises(RenderingFailed) as raised:
        render({"jobs": {"overrides": {name: case["config"] for name, case in INVALID.items()}}})
    refused = set(re.findall(r"/jobs/overrides/(\w+\.case_\d+)", str(raised.value)))
    names = re.findall(r"invalid propertyName '(.+?)'", str(raised.value))  # Helm reports these without their path
    refused |= {name for name, case in INVALID.items() if case["problems"][0]["at"].removeprefix("env.") in names}
    assert refused == set(INVALID) - BEYOND_THE_SCHEMA


def test_the_generator_rejects_what_the_schema_cannot_express(tmp_path: Path) -> None:
    settings = settings_of({"jobs": {"overrides": {name: INVALID[name]["config"] for name in BEYOND_THE_SCHEMA}}})
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings))
    command = [sys.executable, "-m", "airflow_control_plane", "discover", "--settings", path]
    result = subprocess.run(command, cwd=ROOT / "examples", env=ENVIRONMENT, capture_output=True, text=True)
    assert result.returncode == 2
    whole = {name for name in BEYOND_THE_SCHEMA if "2.0" in json.dumps(INVALID[name]["config"])}  # Helm turns it into 2
    for name in BEYOND_THE_SCHEMA:
        assert (f"jobs.overrides.{name}." in result.stderr) == (name not in whole)


def test_helm_lint_rejects_the_same() -> None:
    with pytest.raises(RenderingFailed):
        helm("lint", "--strict", ROOT, values={"jobs": {"defaults": {"retries": -1}}})
    helm("lint", "--strict", ROOT, values={**TRIGGERER, "jobs": {"defaults": VALID["all.case_1"], "overrides": VALID}})


@pytest.mark.parametrize("jobs", [{"defaults": {"retrys": 1}}, {"default": {}}, {"overrides": {"orders": {}}}])
def test_an_unknown_key_is_rejected_at_every_level(jobs: Object) -> None:
    with pytest.raises(RenderingFailed, match="retrys|default|orders"):
        render({"jobs": jobs})
