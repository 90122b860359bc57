"""The environments on a real API server: it accepts each of them, and development and production also come up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.cluster.commands import CommandError
from tools.cluster.settings import REPOSITORY

from .harness import release_images
from .harness.commands import apply, helm, kubectl
from .harness.namespaces import namespace
from .harness.pod_status import restarts
from .harness.pods import pod
from .harness.release import LIGHT, Release
from .harness.values import merged

VALUES = (REPOSITORY / "values.yaml", *sorted((REPOSITORY / "environments").glob("*.yaml")))
PRODUCTION = REPOSITORY / "environments/production.yaml"
DEVELOPMENT = REPOSITORY / "environments/development.yaml"
# What production.yaml tells you to create before the first install.
SECRETS = {
    "airflow-database": {"connection": "postgresql+psycopg2://etl:database-password@etl-database:5432/etl"},
    "airflow-keys": {
        "fernet-key": "ZmVybmV0LWtleS1vZi10aGUtdGVzdHMtMzItYnl0ZXM=",
        "jwt-secret": "jwt-secret-of-the-tests" * 3,
        "api-secret-key": "api-secret-key-of-the-tests",
        "admin-password": "admin-password-of-the-tests",
    },
}
DATABASE = {"POSTGRES_USER": "etl", "POSTGRES_PASSWORD": "database-password", "POSTGRES_DB": "etl"}
# The tests' image contains no packages.
EXAMPLES = {"packages": {"source": {"type": "examples"}}}


@pytest.fixture(scope="module")
def strict_namespace(cluster: None) -> Iterator[str]:
    """A namespace in which the API server also warns about a workload whose pods it would refuse."""
    with namespace("e2e-environments") as name:
        kubectl("label", "namespace", name, "pod-security.kubernetes.io/warn=restricted")
        kubectl("create", "serviceaccount", "airflow", f"--namespace={name}")
        yield name


@pytest.mark.parametrize("values", VALUES, ids=lambda file: file.stem)
def test_the_api_server_accepts_every_object_without_a_warning(values: Path, strict_namespace: str):
    rendered = helm("template", "airflow", REPOSITORY, f"--namespace={strict_namespace}", f"--values={values}")
    kubectl("apply", "--dry-run=server", "--warnings-as-errors", "--filename=-", input=rendered)


def test_production_without_database_and_secrets_is_refused_with_one_list_of_everything_missing():
    entries = ("database", "fernetKey", "jwtSecret", "apiSecretKey", "adminPassword")
    nothing = {entry: {"existingSecret": ""} for entry in entries}
    values = {"secrets": nothing, "postgresql": {"enabled": True}}
    with pytest.raises(CommandError) as refusal:
        helm("template", "airflow", REPOSITORY, f"--values={PRODUCTION}", "--values=-", input=json.dumps(values))
    missing = refusal.value.output.partition("Set these values:\n")[2].splitlines()
    assert [line.strip().split(":")[0] for line in missing if line.startswith("  ")] == [
        "postgresql.enabled",
        *(f"secrets.{entry}.existingSecret" for entry in entries),
    ]


def test_development_comes_up_and_stores_nothing_on_volumes(cluster: None):
    with namespace("e2e-development") as name:
        release = Release(name)
        release.install(of(DEVELOPMENT))
        assert release.get("persistentvolumeclaims") == []
        release.test()


@pytest.fixture(scope="module")
def production(cluster: None) -> Iterator[Release]:
    """Installed as production.yaml describes it, with its own database; only the requests are lowered to fit here."""
    with namespace("e2e-production") as name:
        apply(*(secret(name, key, data) for key, data in SECRETS.items()), database(name), database_service(name))
        kubectl("wait", "pod/etl-database", f"--namespace={name}", "--for=condition=Ready", "--timeout=120s")
        release = Release(name)
        release.install(merged(of(PRODUCTION), LIGHT, EXAMPLES))
        yield release


def test_production_runs_two_schedulers_two_webservers_and_one_dag_processor(production: Release):
    running = {
        found["metadata"]["name"]: found["status"].get("readyReplicas") for found in production.get("deployments")
    }
    assert running == {"airflow-scheduler": 2, "airflow-dag-processor": 1, "airflow-webserver": 2}


def test_production_comes_up_without_a_restart(production: Release):
    """Two schedulers and two webservers start at once on an empty database."""
    components = ("scheduler", "dag-processor", "webserver")
    assert not any(sum(restarts(pod).values()) for name in components for pod in production.pods(name))


def test_production_generates_no_secret(production: Release):
    found = {secret["metadata"]["name"] for secret in production.get("secrets", "--field-selector=type=Opaque")}
    assert found == set(SECRETS)


def test_production_allows_only_one_webserver_to_be_evicted_at_a_time(production: Release):
    first, second = production.pods("webserver")
    evict(production, first)
    with pytest.raises(CommandError, match="would violate the pod's disruption budget"):
        evict(production, second)
    production.kubectl("rollout", "status", "deployment/airflow-webserver", "--timeout=240s")


def test_production_passes_helm_test(production: Release):
    output = production.test()
    assert "job(s) and can import every DAG file." in output
    assert "of file_processing_hello_world succeeded." in output


def of(environment: Path) -> dict[str, Any]:
    return merged(yaml.safe_load(environment.read_text()), release_images.overrides())


def evict(release: Release, found: dict[str, Any]) -> None:
    metadata = {"name": found["metadata"]["name"], "namespace": release.namespace}
    path = f"/api/v1/namespaces/{release.namespace}/pods/{metadata['name']}/eviction"
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
    kubectl("create", f"--raw={path}", "--filename=-", input=json.dumps(eviction))


def secret(namespace: str, name: str, data: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "stringData": data,
    }


def database(namespace: str) -> dict[str, Any]:
    container = {
        "image": release_images.postgresql(),
        "env": [{"name": name, "value": value} for name, value in DATABASE.items()],
        "readinessProbe": {"tcpSocket": {"port": 5432}, "periodSeconds": 1},
    }
    return pod(namespace, "etl-database", container, labels={"app": "etl-database"}, security={"runAsUser": 999})


def database_service(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "etl-database", "namespace": namespace},
        "spec": {"selector": {"app": "etl-database"}, "ports": [{"port": 5432}]},
    }
