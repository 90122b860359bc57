"""The cases in settings_cases/, checked by our validator in every place for settings, and by JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from _settings import Config, Expected, InvalidSettings, invalid_settings, job_text, of_schema, read, valid_settings
from airflow_control_plane.model.errors import UsageError
from airflow_control_plane.model.settings import JobSettings
from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA
from airflow_control_plane.settings.settings_file import load_settings
from airflow_control_plane.settings.validator import violations
from hostile_cases import run
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

VALID = [pytest.param(config, id=name) for name, config in valid_settings()]
INVALID = [pytest.param(case, id=case.name) for case in invalid_settings()]


@pytest.fixture(scope="module")
def published_schema() -> Draft7Validator:
    """The output of `schema`, as an author's editor or pipeline uses it."""
    result = run("schema")
    assert (result.code, result.err) == (0, "")
    return Draft7Validator(json.loads(result.out))


def settings_file(tmp_path: Path, jobs: Config) -> str:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"jobs": jobs}))
    return str(path)


def schema_paths(schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The paths of all keys in a schema."""
    for key, member in schema.get("properties", {}).items():
        yield f"{path}{key}"
        yield from schema_paths(member, f"{path}{key}.")
    for branch in schema.get("anyOf", ()):
        yield from schema_paths(branch, path)


def config_paths(value: object, path: str = "") -> Iterator[str]:
    for key, member in value.items() if isinstance(value, dict) else ():
        yield f"{path}{key}"
        yield from config_paths(member, f"{path}{key}.")


ALL_PATHS = sorted(set(schema_paths(JOB_CONFIG_SCHEMA)))


def test_the_schema_has_exactly_the_settings_of_a_job() -> None:
    assert sorted(JOB_CONFIG_SCHEMA["properties"]) == sorted(
        {field.name for field in fields(JobSettings)} - {"after_any"}
    )
    assert len(ALL_PATHS) > 30


@pytest.mark.parametrize("path", ALL_PATHS)
def test_every_key_has_valid_and_invalid_cases(path: str) -> None:
    assert any(path in config_paths(config) for _, config in valid_settings())
    wrong = {problem.at for case in invalid_settings() for problem in case.problems}
    assert any(at == path or at.startswith(f"{path}.") for at in wrong)


def test_the_published_schema_is_valid_draft_07(published_schema: Draft7Validator) -> None:
    Draft7Validator.check_schema(published_schema.schema)
    assert published_schema.schema["$schema"] == "http://json-schema.org/draft-07/schema#"


class TestValidSettings:
    @pytest.mark.parametrize("config", VALID)
    def test_are_read_from_a_job_file(self, config: Config) -> None:
        file = read(job_text(config))
        assert file.problems == ()
        assert file.config.layer == config

    @pytest.mark.parametrize("config", VALID)
    def test_are_read_as_defaults_and_overrides(self, config: Config, tmp_path: Path) -> None:
        path = settings_file(tmp_path, {"defaults": config, "overrides": {"a.b": config}})
        deployment = load_settings(path).deployment
        assert deployment.defaults == config
        assert deployment.overrides == {"a.b": config}

    @pytest.mark.parametrize("config", VALID)
    def test_are_valid_by_the_published_schema(self, config: Config, published_schema: Draft7Validator) -> None:
        assert list(published_schema.iter_errors(config)) == []


class TestInvalidSettings:
    @pytest.mark.parametrize("case", INVALID)
    def test_are_problems_of_a_job_file_reported_at_once(self, case: InvalidSettings) -> None:
        file = read(job_text(case.config))
        assert file.description is None
        assert [problem.code for problem in file.problems] == [expected.code for expected in case.problems]
        for problem, expected in zip(file.problems, case.problems, strict=True):
            assert problem.message.startswith(f"{expected.at}: ")
            assert expected.says in problem.message
            assert problem.line == 2

    @pytest.mark.parametrize("place", ["defaults", "overrides.shop.orders"])
    @pytest.mark.parametrize("case", INVALID)
    def test_are_an_error_of_the_settings_file_reported_at_once(
        self, case: InvalidSettings, place: str, tmp_path: Path
    ) -> None:
        jobs = {"defaults": case.config} if place == "defaults" else {"overrides": {"shop.orders": case.config}}
        with pytest.raises(UsageError) as raised:
            load_settings(settings_file(tmp_path, jobs))
        details = str(raised.value).partition("settings.json is invalid: ")[2].split("; jobs.")
        for expected, detail in zip(case.problems, details, strict=True):
            assert matches(expected, place, detail)

    @pytest.mark.parametrize("case", INVALID)
    def test_are_invalid_by_the_published_schema(
        self, case: InvalidSettings, published_schema: Draft7Validator
    ) -> None:
        assert published_schema.is_valid(case.config) == case.beyond_the_schema

    def test_are_reported_without_a_string_that_may_be_a_secret(self) -> None:
        for case in invalid_settings():
            for problem in read(job_text(case.config)).problems:
                assert "found '" not in problem.message


def matches(expected: Expected, place: str, detail: str) -> bool:
    return detail.removeprefix("jobs.").startswith(f"{place}.{expected.at}: ") and expected.says in detail


def test_the_key_of_an_override_must_be_the_name_of_a_job(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"jobs\.overrides\.orders: expected the name of a job, package\.job"):
        load_settings(settings_file(tmp_path, {"overrides": {"orders": {}}}))


@pytest.mark.parametrize("jobs", [[], {"defaults": []}, {"overrides": []}, {"overrides": {"a.b": "off"}}, {"x": {}}])
def test_jobs_that_are_not_a_map_of_settings_are_an_error(jobs: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"settings\.json is invalid: jobs"):
        load_settings(settings_file(tmp_path, jobs))


KEYS = st.sampled_from([path.rpartition(".")[2] for path in ALL_PATHS])
# Any JSON, except strings with a line end, because libraries disagree about $ before one, and floats without a
# fraction, which are integers to JSON Schema but not to Airflow.
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
    | st.text(st.characters(max_codepoint=0x7F, exclude_characters="\n"), max_size=8)
    | st.sampled_from(["off", "5m", "@daily", "a.b", "any", "slack:a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, JSON, max_size=4) | of_schema(JOB_CONFIG_SCHEMA), st.data())
def test_our_validator_and_json_schema_agree_on_any_settings(config: Config, data: st.DataObject) -> None:
    if config and data.draw(st.booleans()):
        config = {**config, data.draw(st.sampled_from(sorted(config))): data.draw(JSON)}
    assert (not list(violations(config, JOB_CONFIG_SCHEMA))) == Draft7Validator(JOB_CONFIG_SCHEMA).is_valid(config)
