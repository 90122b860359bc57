"""Settings of jobs: the cases in settings_cases/, and jobs that use settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from airflow_control_plane.discovery.job_file import JobFile, read_job_file
from airflow_control_plane.model.catalog import Catalog, Scan
from airflow_control_plane.model.job import DeclaredJob
from airflow_control_plane.model.text import unstorable_character
from airflow_control_plane.settings.apply import apply_settings
from airflow_control_plane.settings.deployment import Deployment
from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA
from hypothesis import strategies as st

CASES = Path(__file__).with_name("settings_cases")
Config = dict[str, Any]


class Expected(NamedTuple):
    """A problem: the path of the invalid value, the code, and a part of the message."""

    at: str
    code: str
    says: str


@dataclass(frozen=True)
class InvalidSettings:
    """`beyond_the_schema`: valid to JSON Schema, and invalid only to our own checks."""

    name: str
    config: Config
    problems: tuple[Expected, ...]
    beyond_the_schema: bool = False


def valid_settings() -> Iterator[tuple[str, Config]]:
    """The valid cases by name."""
    for path in sorted((CASES / "valid").glob("*.json")):
        for number, config in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            yield f"{path.stem}_{number}", config


def invalid_settings() -> Iterator[InvalidSettings]:
    for path in sorted((CASES / "invalid").glob("*.json")):
        for number, case in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            problems = tuple(Expected(**problem) for problem in case.pop("problems"))
            yield InvalidSettings(f"{path.stem}_{number}", problems=problems, **case)


EVERY_KEY: Config = dict(valid_settings())["all_1"]


def job_text(config: Config | None = None, description: str = "A job") -> str:
    """A job file with this JOB_CONFIG."""
    settings = "" if config is None else f"JOB_CONFIG = {config!r}\n"
    return f"JOB = (print, {description!r})\n{settings}"


def read(text: str) -> JobFile:
    return read_job_file(text.encode("utf-8", "surrogatepass"), "shop/jobs/orders.py")


def job(key: str = "shop.orders", config: Config | None = None) -> DeclaredJob:
    """A job, read from a file with this JOB_CONFIG."""
    package, name = key.split(".")
    file = read(job_text(config))
    assert not file.problems
    return DeclaredJob(package, name, "A job", f"{package}/jobs/{name}.py", config=file.config)


def resolved(
    jobs: Mapping[str, Config], defaults: Config | None = None, overrides: Mapping[str, Config] | None = None
) -> Catalog:
    """The catalog of jobs, given by key with their JOB_CONFIG, in a deployment with these values."""
    found = tuple(job(key, config) for key, config in sorted(jobs.items()))
    return apply_settings(Scan(found), Deployment(defaults or {}, overrides or {}))


def problems(catalog: Catalog) -> list[tuple[str, str]]:
    """The job (or the override) and the code of every problem."""
    return [(problem.path.removesuffix(".py").replace("/jobs/", "."), problem.code) for problem in catalog.problems]


TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=30)


def of_schema(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema allows. Supports only what our own schemas use."""
    if "anyOf" in schema:
        return st.one_of(*map(of_schema, schema["anyOf"]))
    if "const" in schema:
        return st.just(schema["const"])
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema["minimum"], schema["maximum"])
        case "number":
            return st.integers(1, schema["maximum"]) | st.floats(0.25, schema["maximum"])
        case "array":
            unique = schema.get("uniqueItems", False)
            return st.lists(of_schema(schema["items"]), min_size=schema.get("minItems", 0), max_size=4, unique=unique)
        case "object" if "properties" in schema:
            members = {key: of_schema(member) for key, member in schema["properties"].items()}
            required = {key: members.pop(key) for key in schema.get("required", ())}
            size = schema.get("minProperties", 0)
            return st.fixed_dictionaries(required, optional=members).filter(lambda value: len(value) >= size)
        case "object":
            keys = st.from_regex(schema["propertyNames"]["pattern"].replace("$", r"\Z"))
            return st.dictionaries(keys, of_schema(schema["additionalProperties"]), max_size=3)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].replace("$", r"\Z")).filter(lambda text: not unstorable_character(text))
    return TEXT


def any_settings() -> st.SearchStrategy[Config]:
    """Valid settings of a job that has up.a and up.b beside it: by the schema, and by the checks beyond it."""
    names = st.lists(st.sampled_from(["up.a", "up.b"]), min_size=1, unique=True)
    beyond = {
        "schedule": st.sampled_from([config["schedule"] for name, config in valid_settings() if "schedule_" in name]),
        "timezone": st.sampled_from([config["timezone"] for name, config in valid_settings() if "timezone_" in name]),
        "after": names | names.map(lambda jobs: {"any": jobs}) | st.just("off"),
    }
    keys = {key: of_schema(schema) for key, schema in JOB_CONFIG_SCHEMA["properties"].items()}
    return st.fixed_dictionaries({}, optional={**keys, **beyond}).filter(
        lambda config: "off" in (config.get("schedule", "off"), config.get("after", "off"))
    )
