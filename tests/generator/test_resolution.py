"""Which layer of settings wins (built-in < defaults < JOB_CONFIG < overrides), and what each setting changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from _settings import EVERY_KEY, Config, job, job_text, problems, resolved
from _workspace import Workspace, eventually
from airflow_control_plane.cli.explain import explain_job
from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.model.catalog import Scan
from airflow_control_plane.model.settings import BUILT_IN_SETTINGS, JobSettings
from airflow_control_plane.settings.apply import apply_settings
from airflow_control_plane.settings.deployment import Deployment
from airflow_control_plane.settings.pod_template import PodTemplates
from airflow_control_plane.settings.schema import JOB_CONFIG_SCHEMA, NOTIFY_EVENTS
from hostile_cases import run

LAYERS = ("defaults", "config", "overrides")


def settings(
    defaults: Config | None = None, config: Config | None = None, overrides: Config | None = None
) -> JobSettings:
    """The settings in force for one job, given in three layers. The jobs that it may run after exist."""
    jobs = {"shop.orders": config or {}, "up.a": {}, "up.b": {}}
    quiet = {"up.a": {"after": "off", "schedule": "off"}, "up.b": {"after": "off", "schedule": "off"}}
    catalog = resolved(jobs, defaults, {**quiet, "shop.orders": overrides or {}})
    assert not catalog.problems
    return next(job.settings for job in catalog.jobs if job.key == "shop.orders")


class TestPrecedence:
    def test_the_built_in_settings_apply_by_default(self) -> None:
        assert settings() == BUILT_IN_SETTINGS

    @pytest.mark.parametrize("place", LAYERS)
    def test_each_layer_is_applied(self, place: str) -> None:
        assert settings(**{place: {"retries": 5}}).retries == 5

    def test_a_later_layer_wins(self) -> None:
        assert settings({"retries": 1}, {"retries": 2}).retries == 2
        assert settings({"retries": 1}, {"retries": 2}, {"retries": 3}).retries == 3
        assert settings({"retries": 1}, None, {"retries": 3}).retries == 3

    def test_a_later_layer_can_set_a_built_in_value_again(self) -> None:
        assert settings({"retries": 1, "paused": True}, {"retries": 0}, {"paused": False}) == BUILT_IN_SETTINGS

    @pytest.mark.parametrize(
        ("low", "high"),
        [
            pytest.param({"tags": ["a", "b"]}, {"tags": ["c"]}, id="tags"),
            pytest.param({"args": ["a", "b"]}, {"args": []}, id="args"),
            pytest.param({"after": ["up.a"]}, {"after": {"any": ["up.b"]}}, id="after"),
            pytest.param({"after": {"any": ["up.a"]}}, {"after": {"any": ["up.b"]}}, id="after_any"),
            pytest.param(
                {"notify": {"on_failure": ["slack:a"]}}, {"notify": {"on_failure": ["slack:b"]}}, id="targets"
            ),
        ],
    )
    def test_lists_are_replaced(self, low: Config, high: Config) -> None:
        assert settings(low, high) == settings(config=high)

    def test_maps_are_merged_key_by_key(self) -> None:
        merged = settings(
            {"env": {"A": "1", "B": "1", "C": "1"}}, {"env": {"B": "2", "C": "2"}}, {"env": {"C": "3", "D": "3"}}
        )
        assert merged.env == {"A": "1", "B": "2", "C": "3", "D": "3"}

    def test_notify_is_merged_by_event_but_the_targets_of_an_event_are_replaced(self) -> None:
        low = {"notify": {"on_failure": ["slack:a"], "on_retry": ["slack:a"]}}
        high = {"notify": {"on_failure": ["slack:b"], "on_success": ["slack:b"]}}
        assert settings(low, high).notify == {
            "on_failure": ("slack:b",),
            "on_retry": ("slack:a",),
            "on_success": ("slack:b",),
        }

    def test_resources_are_merged_amount_by_amount(self) -> None:
        low = {"resources": {"cpu": 1, "requests": {"cpu": "100m", "memory": "1Gi"}}}
        high = {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "4Gi"}}}
        assert settings(low, None, high).resources == {
            "cpu": 1,
            "requests": {"cpu": "100m", "memory": "2Gi"},
            "limits": {"memory": "4Gi"},
        }

    def test_an_override_applies_to_its_own_job_only(self) -> None:
        catalog = resolved({"a.b": {}, "a.c": {}}, overrides={"a.b": {"retries": 1}})
        assert [job.settings.retries for job in catalog.jobs] == [1, 0]

    def test_jobs_with_a_contested_id_get_settings_as_well(self) -> None:
        scan = Scan(contested=(job("a_b.c", {"retries": 1}), job("a.b_c")))
        kept = apply_settings(scan, Deployment({"retries": 2}, {"a.b_c": {"retries": 3}})).contested
        assert [job.settings.retries for job in kept] == [1, 3]


CAN_BE_OFF = {
    key: value
    for key, value in {**EVERY_KEY, "after": ["up.a"]}.items()
    if {"const": "off"} in JOB_CONFIG_SCHEMA["properties"][key].get("anyOf", ())
}


class TestOff:
    def test_thirteen_settings_can_be_off(self) -> None:
        assert len(CAN_BE_OFF) == 13

    @pytest.mark.parametrize("key", CAN_BE_OFF)
    def test_is_the_same_as_not_set(self, key: str) -> None:
        for place in LAYERS:
            assert settings(**{place: {key: "off"}}) == BUILT_IN_SETTINGS

    @pytest.mark.parametrize("key", CAN_BE_OFF)
    def test_overrides_every_lower_layer(self, key: str) -> None:
        value = {key: CAN_BE_OFF[key]}
        assert settings(value) != BUILT_IN_SETTINGS
        assert settings(value, {key: "off"}) == BUILT_IN_SETTINGS
        assert settings(value, value, {key: "off"}) == BUILT_IN_SETTINGS

    @pytest.mark.parametrize("key", CAN_BE_OFF)
    def test_is_overridden_by_every_higher_layer(self, key: str) -> None:
        value = {key: CAN_BE_OFF[key]}
        assert settings({key: "off"}, value) == settings(value)
        assert settings({key: "off"}, {key: "off"}, value) == settings(value)

    @pytest.mark.parametrize("key", ["notify", "resources"])
    def test_stops_a_map_from_being_merged_with_lower_layers(self, key: str) -> None:
        low, high = {
            "notify": ({"on_failure": ["slack:a"]}, {"on_retry": ["slack:b"]}),
            "resources": ({"cpu": 1}, {"memory": "1Gi"}),
        }[key]
        assert settings({key: low}, {key: "off"}, {key: high}) == settings({key: high})

    def test_for_one_event_keeps_the_other_events(self) -> None:
        low = {"notify": {"on_failure": ["slack:a"], "on_retry": ["slack:a"]}}
        assert settings(low, {"notify": {"on_retry": "off"}}).notify == {"on_failure": ("slack:a",)}

    def test_is_an_ordinary_string_in_the_environment(self) -> None:
        assert settings({"env": {"DEBUG": "on"}}, {"env": {"DEBUG": "off"}}).env == {"DEBUG": "off"}


BOTH = {"schedule": "@daily", "after": ["up.a"]}


class TestProblems:
    @pytest.mark.parametrize(
        ("defaults", "config", "overrides", "line", "origins"),
        [
            pytest.param(
                None, BOTH, None, 2, "schedule from JOB_CONFIG and after from JOB_CONFIG", id="both_in_the_file"
            ),
            pytest.param(
                {"schedule": "@daily"},
                {"after": ["up.a"]},
                None,
                2,
                "schedule from values jobs.defaults and after from JOB_CONFIG",
                id="after_in_the_file",
            ),
            pytest.param(
                None,
                {"schedule": "@daily"},
                {"after": ["up.a"]},
                2,
                'schedule from JOB_CONFIG and after from values jobs.overrides."shop.orders"',
                id="schedule_in_the_file",
            ),
            pytest.param(
                {"schedule": "@daily"},
                None,
                {"after": ["up.a"]},
                0,
                'schedule from values jobs.defaults and after from values jobs.overrides."shop.orders"',
                id="both_in_the_values",
            ),
        ],
    )
    def test_schedule_and_after_together_are_a_problem_in_any_two_layers(
        self, defaults: Config | None, config: Config | None, overrides: Config | None, line: int, origins: str
    ) -> None:
        jobs = (job("shop.orders", config), job("up.a"))
        values = Deployment(defaults or {}, {"shop.orders": overrides or {}, "up.a": {"after": "off"}})
        catalog = apply_settings(Scan(jobs), values)
        (problem,) = catalog.problems
        assert (problem.path, problem.line, problem.code) == ("shop/jobs/orders.py", line, "config-conflict")
        assert problem.message == (
            f'schedule and after together would mean "or" to Airflow; set one of them to "off" ({origins})'
        )
        assert [found.key for found in catalog.jobs] == ["up.a"]

    def test_schedule_and_after_together_are_not_a_problem_if_one_is_off(self) -> None:
        assert settings(config=BOTH, overrides={"schedule": "off"}).after == ("up.a",)
        assert settings(config=BOTH, overrides={"after": "off"}).schedule == "@daily"

    def test_an_override_of_an_unknown_job_is_a_warning_that_suggests_a_similar_name(self) -> None:
        catalog = resolved({"shop.orders": {}}, overrides={"shop.order": {}, "else.where": {}})
        assert [str(problem) for problem in catalog.problems] == [
            'jobs.overrides."else.where": warning: unknown job else.where; '
            "`airflow-control-plane discover` lists the jobs [override-unknown]",
            'jobs.overrides."shop.order": warning: unknown job shop.order; did you mean shop.orders? '
            "[override-unknown]",
        ]
        assert len(catalog.jobs) == 1

    def test_an_override_of_a_job_with_a_problem_is_not_a_warning(self) -> None:
        catalog = apply_settings(Scan(broken=frozenset({"shop.orders"})), Deployment(overrides={"shop.orders": {}}))
        assert not catalog.problems

    def test_no_job_is_reported_as_unknown_while_the_packages_cannot_be_read_completely(self) -> None:
        scan = Scan((job("shop.orders", {"after": ["up.a"]}),), incomplete=("up cannot be read",))
        assert not apply_settings(scan, Deployment(overrides={"up.b": {}})).problems

    def test_a_deadline_needs_the_triggerer(self) -> None:
        scan = Scan((job("shop.orders", {"deadline": "1h"}),))
        assert problems(apply_settings(scan, Deployment(has_triggerer=False))) == [("shop.orders", "config-deadline")]
        assert not apply_settings(scan, Deployment(has_triggerer=True)).problems
        assert not apply_settings(scan, Deployment()).problems

    def test_resources_that_are_not_enforced_are_a_warning(self) -> None:
        scan = Scan((job("shop.orders", {"resources": {"cpu": 1}}),))
        warned = apply_settings(scan, Deployment(executor="LocalExecutor"))
        assert [str(problem) for problem in warned.problems] == [
            "shop/jobs/orders.py:2:15: warning: resources are not enforced: the LocalExecutor runs all jobs in its "
            "own pod [resources-unenforced]"
        ]
        assert len(warned.jobs) == 1
        assert not apply_settings(scan, Deployment(executor="KubernetesExecutor")).problems


class TestEffects:
    """Every setting changes the DAG file, or whether there is one."""

    CHANGES = {
        "schedule": ({}, "@daily"),
        "timezone": ({"schedule": "@daily"}, "Europe/Berlin"),
        "after": ({}, ["up.a"]),
        "retries": ({}, 2),
        "retry_delay": ({"retries": 2}, "7m"),
        "retry_backoff": ({"retries": 2}, True),
        "max_retry_delay": ({"retries": 2, "retry_backoff": True}, "2h"),
        "timeout": ({}, "5m"),
        "deadline": ({}, "1h"),
        "resources": ({}, {"cpu": 1}),
        "notify": ({}, {"on_failure": ["slack:a"]}),
        "group": ({}, "reporting"),
        "args": ({}, ["--fast"]),
        "env": ({}, {"A": "1"}),
        "python": ({}, "venv/bin/python"),
        "owner": ({}, "ada"),
        "tags": ({}, ["nightly"]),
        "display_name": ({}, "Orders"),
        "max_active_runs": ({}, 2),
        "pool": ({}, "warehouse"),
        "priority": ({}, 5),
        "queue": ({}, "heavy"),
        "paused": ({}, True),
        "enabled": ({}, False),
    }
    DEPLOYMENT = Deployment(pod_templates=PodTemplates("/templates", {"spec": {"containers": [{"name": "base"}]}}))

    def file(self, config: Config) -> str:
        catalog = apply_settings(Scan((job("shop.orders", config), job("up.a"))), self.DEPLOYMENT)
        assert not catalog.problems
        return "".join(render_dag(found) for found in catalog.jobs if found.key == "shop.orders")

    def test_every_setting_is_tested(self) -> None:
        assert list(self.CHANGES) == list(JOB_CONFIG_SCHEMA["properties"])

    @pytest.mark.parametrize("key", CHANGES)
    def test_a_setting_changes_the_dag_file(self, key: str) -> None:
        around, value = self.CHANGES[key]
        assert self.file({**around, key: value}) != self.file(around)

    @pytest.mark.parametrize("key", CHANGES)
    def test_a_setting_is_explained(self, key: str) -> None:
        around, value = self.CHANGES[key]
        rows = {row.name: row for row in explain_job(job("shop.orders", {**around, key: value}), Deployment())}
        assert (rows[key].value, rows[key].origin) == (value, "JOB_CONFIG")

    @pytest.mark.parametrize("event", NOTIFY_EVENTS)
    def test_every_event_of_notify_changes_the_dag_file(self, event: str) -> None:
        around: Config = {"retries": 1, "deadline": "1h"}
        assert self.file({**around, "notify": {event: ["slack:a"]}}) != self.file(around)

    def test_a_disabled_job_has_no_dag(self) -> None:
        assert self.file({}) and not self.file({"enabled": False})


class TestTheRunningLoop:
    def test_a_changed_override_changes_the_dag_and_an_invalid_one_changes_nothing(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        workspace.write_job("orders", text=job_text({"schedule": "@daily"}))
        workspace.write_job("prices")
        file = workspace.dags / "shop_orders_dag.py"

        def override(settings: Config) -> None:
            sync = {"watchSeconds": 0.1, "intervalSeconds": 60}
            workspace.write_settings_text(json.dumps({"sync": sync, "jobs": {"overrides": {"shop.orders": settings}}}))

        with workspace.sync_loop() as loop:
            eventually(lambda: "@daily" in file.read_text())
            override({"schedule": "@hourly"})
            eventually(lambda: "@hourly" in file.read_text())
            override({"schedule": "off"})
            eventually(lambda: "schedule=None" in file.read_text())
            override({"schedule": "@sometimes"})
            eventually(lambda: "unknown preset @sometimes; expected one of @hourly" in loop.log)
            assert "the last valid settings stay in force" in loop.log
            override({"retries": 4})
            eventually(lambda: "retries=4" in file.read_text() and "@daily" in file.read_text())
            override({"enabled": False})
            eventually(lambda: not file.exists())
            assert loop.status()["problems"] == []

    def test_a_job_that_is_disabled_loses_its_dag_in_one_pass(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        workspace.write_job("orders", text=job_text({"enabled": True}))
        workspace.write_job("prices")
        assert workspace.sync_once().returncode == 0
        workspace.write_job("orders", text=job_text({"enabled": False}))
        assert workspace.sync_once().returncode == 0
        assert list(workspace.published()) == ["shop_prices_dag.py"]
        assert "1 good job(s)" in run("check", "--packages-root", workspace.packages).out
