"""What differs between two renderings, and which pods restart because of it."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from rendered import ENVIRONMENTS, EVERYTHING, Object, RenderingFailed, name_of, pods, render, render_text

PRODUCTION = next(path for path in ENVIRONMENTS if path.stem == "production")

EVERYTHING_MISSING = """so the chart generates no Secret and no database. Set these values:
  postgresql.enabled: false
  secrets.database.existingSecret: the name of a Secret that has the key connection
  secrets.fernetKey.existingSecret: the name of a Secret that has the key fernet-key
  secrets.jwtSecret.existingSecret: the name of a Secret that has the key jwt-secret
  secrets.apiSecretKey.existingSecret: the name of a Secret that has the key api-secret-key
  secrets.adminPassword.existingSecret: the name of a Secret that has the key admin-password
"""


def pod_templates(values: Object) -> dict[str, Any]:
    return dict(pods(render(values)))


def restarted(before: Object, after: Object) -> set[str]:
    """The objects whose pods are replaced when the values change."""
    old, new = pod_templates(before), pod_templates(after)
    return {name for name in old | new if old.get(name) != new.get(name)}


def test_two_renderings_differ_only_in_generated_secrets() -> None:
    first, second = render(EVERYTHING), render(EVERYTHING)
    differing = {name_of(one) for one, other in zip(first, second, strict=True) if one != other}
    assert differing == {
        "secret/airflow-admin-password",
        "secret/airflow-api-secret-key",
        "secret/airflow-fernet-key",
        "secret/airflow-jwt-secret",
        "secret/airflow-postgresql-password",
    }


def test_production_renders_the_same_every_time() -> None:
    assert render_text({}, PRODUCTION) == render_text({}, PRODUCTION)


def test_production_generates_no_secret_and_no_database() -> None:
    kinds = {item["kind"] for item in render({}, PRODUCTION)}
    assert not kinds & {"Secret", "StatefulSet"}


def test_production_does_not_render_until_you_name_everything() -> None:
    entries = ("database", "fernetKey", "jwtSecret", "apiSecretKey", "adminPassword")
    values = {
        "postgresql": {"enabled": True},
        "secrets": {entry: {"existingSecret": ""} for entry in entries},
    }
    with pytest.raises(RenderingFailed) as failure:
        render(values, PRODUCTION)
    assert EVERYTHING_MISSING in str(failure.value)


def test_production_needs_no_admin_password_if_it_creates_no_admin() -> None:
    render({"admin": {"create": False}, "secrets": {"adminPassword": {"existingSecret": ""}}}, PRODUCTION)


def test_production_has_two_replicas_of_everything_that_can_have_two() -> None:
    replicas = {
        name_of(item): item["spec"]["replicas"] for item in render({}, PRODUCTION) if item["kind"] == "Deployment"
    }
    assert replicas == {
        "deployment/airflow-dag-processor": 1,
        "deployment/airflow-scheduler": 2,
        "deployment/airflow-webserver": 2,
    }


def test_changed_settings_of_the_generator_restart_nothing() -> None:
    after = {"sync": {"watchSeconds": 1, "intervalSeconds": 60, "allowEmpty": True, "strictStart": False}}
    assert restarted({}, after) == set()


def test_changed_configuration_of_airflow_restarts_only_airflow() -> None:
    after = {"airflow": {"config": {"core": {"parallelism": 2}}}}
    assert restarted({}, after) == {"deployment/airflow-scheduler", "deployment/airflow-webserver"}


def test_a_changed_setting_of_one_component_restarts_only_that_component() -> None:
    assert restarted({}, {"webserver": {"pod": {"labels": {"a": "b"}}}}) == {"deployment/airflow-webserver"}


def test_secret_values_are_only_in_their_secrets() -> None:
    items = render()
    secrets = [base64.b64decode(value).decode() for item in items for value in item_secrets(item)]
    others = str([item for item in items if item["kind"] != "Secret"])
    assert len(secrets) == len(set(secrets)) == 5
    assert not [secret for secret in secrets if secret in others]


def item_secrets(item: Object) -> list[str]:
    return list(item["data"].values()) if item["kind"] == "Secret" else []
