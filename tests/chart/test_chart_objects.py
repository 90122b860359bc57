"""What is true for every object and every container of the chart, whatever the values are."""

from __future__ import annotations

import pytest
from rendered import ENVIRONMENTS, EVERYTHING, Object, RenderingFailed, containers, find, name_of, pods, render

SCENARIOS = {
    "defaults": ({}, ()),
    "everything": (EVERYTHING, ()),
    **{path.stem: ({}, (path,)) for path in ENVIRONMENTS},
}

CONTAINER_SECURITY = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
RESTRICTED_VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}

# Every container of the chart with everything enabled.
EVERY_CONTAINER = {
    "cronjob/airflow-cleanup/cleanup",
    "deployment/airflow-dag-processor/await-migrations",
    "deployment/airflow-dag-processor/dag-processor",
    "deployment/airflow-dag-processor/dag-sync",
    "deployment/airflow-dag-processor/dag-sync-sidecar",
    "deployment/airflow-dag-processor/log-retention",
    "deployment/airflow-scheduler/airflow-scheduler",
    "deployment/airflow-scheduler/dag-sync",
    "deployment/airflow-scheduler/dag-sync-sidecar",
    "deployment/airflow-scheduler/log-retention",
    "deployment/airflow-scheduler/migrate",
    "deployment/airflow-triggerer/await-migrations",
    "deployment/airflow-triggerer/log-retention",
    "deployment/airflow-triggerer/triggerer",
    "deployment/airflow-webserver/await-migrations",
    "deployment/airflow-webserver/webserver",
    "pod/airflow-test-dags/dags",
    "pod/airflow-test-health/health",
    "pod/airflow-test-run/run",
    "statefulset/airflow-postgresql/postgresql",
}
WITHOUT_AIRFLOW = {"statefulset/airflow-postgresql/postgresql"}
FOLDERS = {
    "AIRFLOW_DAGS_DIR": "/srv/dags",
    "AIRFLOW__CORE__DAGS_FOLDER": "/srv/dags",
    "ETL_PACKAGES_ROOT": "/srv/a:/srv/b",
}


@pytest.fixture(params=SCENARIOS, scope="module")
def objects(request: pytest.FixtureRequest) -> list[Object]:
    values, files = SCENARIOS[request.param]
    items = render(values, *files)
    assert len(items) > 20
    return items


def selects(selector: Object, labels: Object) -> bool:
    return selector.items() <= labels.items()


def test_the_scenarios_include_every_environment() -> None:
    assert {"development", "staging", "production"} <= set(SCENARIOS)


def test_every_object_has_the_common_labels(objects: list[Object]) -> None:
    for item in objects:
        labels = item["metadata"]["labels"]
        assert labels["app.kubernetes.io/name"] == "airflow-control-plane", name_of(item)
        assert labels["app.kubernetes.io/instance"] == "airflow", name_of(item)
        assert labels["app.kubernetes.io/component"], name_of(item)
        assert labels["app.kubernetes.io/part-of"] == "airflow", name_of(item)
        assert labels["app.kubernetes.io/managed-by"] == "Helm", name_of(item)
        assert labels["helm.sh/chart"].startswith("airflow-control-plane-"), name_of(item)


def test_every_object_is_in_the_namespace_and_named_after_the_release(objects: list[Object]) -> None:
    for item in objects:
        assert item["metadata"]["namespace"] == "etl", name_of(item)
        assert item["metadata"]["name"].split("-")[0] == "airflow", name_of(item)


def test_no_two_objects_share_a_name(objects: list[Object]) -> None:
    names = [name_of(item) for item in objects]
    assert len(names) == len(set(names))


def test_every_container_has_the_restricted_security_context(objects: list[Object]) -> None:
    checked = 0
    for name, container in containers(objects):
        assert container["securityContext"] == CONTAINER_SECURITY, name
        checked += 1
    assert checked >= 8


def test_every_container_has_requests_and_limits(objects: list[Object]) -> None:
    checked = 0
    for name, container in containers(objects):
        for kind in ("requests", "limits"):
            assert set(container["resources"][kind]) == {"cpu", "memory", "ephemeral-storage"}, name
        checked += 1
    assert checked >= 8


def test_every_long_running_container_has_startup_and_liveness_probes(objects: list[Object]) -> None:
    checked = 0
    for name, template in pods(objects):
        if not name.startswith(("deployment/", "statefulset/")):
            continue
        for container in template["spec"]["containers"]:
            if container["name"] != "log-retention":
                assert {"startupProbe", "livenessProbe"} <= set(container), f"{name}/{container['name']}"
                budget = container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"]
                assert budget == 300, f"{name}/{container['name']}"
                checked += 1
    assert checked >= 4


def test_every_pod_is_restricted_and_has_no_token(objects: list[Object]) -> None:
    checked = 0
    for name, template in pods(objects):
        spec = template["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        checked += 1
    assert checked >= 3


def test_every_volume_is_of_an_allowed_kind_and_every_emptydir_has_a_size_limit(objects: list[Object]) -> None:
    checked = 0
    for name, template in pods(objects):
        for volume in template["spec"]["volumes"]:
            kinds = set(volume) - {"name"}
            assert kinds <= RESTRICTED_VOLUMES, f"{name}: {volume}"
            if kinds == {"emptyDir"}:
                assert set(volume["emptyDir"]) == {"sizeLimit"}, f"{name}: {volume}"
            checked += 1
    assert checked >= 10


def test_every_mount_has_a_volume(objects: list[Object]) -> None:
    for name, template in pods(objects):
        claims = find(objects, name)["spec"].get("volumeClaimTemplates", [])
        volumes = {volume["name"] for volume in template["spec"]["volumes"]}
        volumes |= {claim["metadata"]["name"] for claim in claims}
        for container in [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]:
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes, f"{name}/{container['name']}"


def test_every_config_map_that_a_pod_mounts_is_rendered(objects: list[Object]) -> None:
    for name, template in pods(objects):
        for volume in template["spec"]["volumes"]:
            if "configMap" not in volume:
                continue
            config_map = find(objects, f"configmap/{volume['configMap']['name']}")
            keys = {item["key"] for item in volume["configMap"].get("items", [])}
            assert keys <= set(config_map["data"]), name


def test_every_pod_has_one_network_policy_that_covers_both_directions(objects: list[Object]) -> None:
    policies = [item["spec"] for item in objects if item["kind"] == "NetworkPolicy"]
    checked = 0
    for name, template in pods(objects):
        labels = template["metadata"]["labels"]
        own = [policy for policy in policies if selects(policy["podSelector"]["matchLabels"], labels)]
        assert len(own) == 1, name
        assert own[0]["policyTypes"] == ["Ingress", "Egress"], name
        checked += 1
    assert checked >= 3


def test_every_service_and_budget_selects_pods(objects: list[Object]) -> None:
    labels = [template["metadata"]["labels"] for _, template in pods(objects)]
    checked = 0
    for item in objects:
        if item["kind"] == "Service":
            selector = item["spec"]["selector"]
        elif item["kind"] == "PodDisruptionBudget":
            selector = item["spec"]["selector"]["matchLabels"]
        else:
            continue
        assert any(selects(selector, candidate) for candidate in labels), name_of(item)
        checked += 1
    assert checked >= 2


def test_every_deployment_with_several_pods_has_a_budget(objects: list[Object]) -> None:
    budgets = {item["metadata"]["name"] for item in objects if item["kind"] == "PodDisruptionBudget"}
    several = {
        item["metadata"]["name"] for item in objects if item["kind"] == "Deployment" and item["spec"]["replicas"] > 1
    }
    assert budgets == several


def test_nothing_has_permissions_in_the_kubernetes_api(objects: list[Object]) -> None:
    kinds = {item["kind"] for item in objects}
    assert not kinds & {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}


def test_only_the_generator_writes_to_the_dag_folder(objects: list[Object]) -> None:
    writers = {
        name.rpartition("/")[2]
        for name, container in containers(objects)
        for mount in container["volumeMounts"]
        if mount["name"] == "dags" and not mount.get("readOnly")
    }
    assert writers == {"dag-sync", "dag-sync-sidecar"}


def environment_of(container: Object) -> Object:
    return {entry["name"]: entry.get("value") for entry in container["env"]}


def test_every_container_knows_the_dag_folder_and_the_package_roots() -> None:
    values = {**EVERYTHING, "dags": {"dir": "/srv/dags"}, "packages": {"roots": ["/srv/a", "/srv/b"]}}
    environments = {name: environment_of(container) for name, container in containers(render(values))}
    assert environments.keys() == EVERY_CONTAINER
    for name in EVERY_CONTAINER - WITHOUT_AIRFLOW:
        known = {key: environments[name].get(key) for key in FOLDERS}
        assert known == FOLDERS, name


def mount_paths() -> set[str]:
    """The paths that the chart mounts into containers of the Airflow image, but not the DAG folder itself."""
    return {
        mount["mountPath"]
        for name, container in containers(render(EVERYTHING))
        if name not in WITHOUT_AIRFLOW
        for mount in container["volumeMounts"]
        if mount["name"] != "dags"
    }


def test_no_path_that_the_chart_mounts_is_accepted_as_the_dag_folder() -> None:
    paths = mount_paths()
    assert len(paths) >= 10
    for path in paths:
        with pytest.raises(RenderingFailed, match=f"dags.dir is {path}, which"):
            render({"dags": {"dir": path}})


@pytest.mark.parametrize("context", [None, {}, {"runAsNonRoot": None, "seccompProfile": None}])
def test_a_null_does_not_remove_what_pod_security_requires(context: Object | None) -> None:
    spec = find(render({"pod": {"securityContext": context}}), "deployment/airflow-scheduler")["spec"]["template"][
        "spec"
    ]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
