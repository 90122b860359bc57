"""Which settings win, and what they change: built-in < defaults < JOB_CONFIG < overrides."""

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
    """What comes out of the three layers for one job beside two that it may run after."""
    jobs = {"shop.orders": config or {}, "up.a": {}, "up.b": {}}
    quiet = {"up.a": {"after": "off", "schedule": "off"}, "up.b": {"after": "off", "schedule": "off"}}
    scan = resolved(jobs, defaults, {**quiet, "shop.orders": overrides or {}})
    assert not scan.problems
    return next(job.settings for job in scan.jobs if job.key == "shop.orders")


class TestPrecedence:
    def test_without_any_word_the_built_in_settings_hold(self) -> None:
        assert settings() == BUILT_IN_SETTINGS

    @pytest.mark.parametrize("place", LAYERS)
    def test_each_layer_is_heard(self, place: str) -> None:
        assert settings(**{place: {"retries": 5}}).retries == 5

    def test_a_later_layer_wins(self) -> None:
        assert settings({"retries": 1}, {"retries": 2}).retries == 2
        assert settings({"retries": 1}, {"retries": 2}, {"retries": 3}).retries == 3
        assert settings({"retries": 1}, None, {"retries": 3}).retries == 3

    def test_a_later_layer_may_say_what_is_built_in(self) -> None:
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

    def test_events_are_merged_and_their_targets_are_not(self) -> None:
        low = {"notify": {"on_failure": ["slack:a"], "on_retry": ["slack:a"]}}
        high = {"notify": {"on_failure": ["slack:b"], "on_success": ["slack:b"]}}
        assert settings(low, high).notify == {
            "on_failure": ("slack:b",),
            "on_retry": ("slack:a",),
            "on_success": ("slack:b",),
        }

    def test_resources_are_merged_to_the_last_amount(self) -> None:
        low = {"resources": {"cpu": 1, "requests": {"cpu": "100m", "memory": "1Gi"}}}
        high = {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "4Gi"}}}
        assert settings(low, None, high).resources == {
            "cpu": 1,
            "requests": {"cpu": "100m", "memory": "2Gi"},
            "limits": {"memory": "4Gi"},
        }

    def test_an_override_is_for_its_own_job(self) -> None:
        scan = resolved({"a.b": {}, "a.c": {}}, overrides={"a.b": {"retries": 1}})
        assert [job.settings.retries for job in scan.jobs] == [1, 0]

    def test_jobs_that_meet_in_one_id_have_settings_too(self) -> None:
        scan = Scan(contested=(job("a_b.c", {"retries": 1}), job("a.b_c")))
        kept = apply_settings(scan, Deployment({"retries": 2}, {"a.b_c": {"retries": 3}})).contested
        assert [job.settings.retries for job in kept] == [1, 3]


CAN_BE_OFF = {
    key: value
    for key, value in {**EVERY_KEY, "after": ["up.a"]}.items()
    if {"const": "off"} in JOB_CONFIG_SCHEMA["properties"][key].get("anyOf", ())
}


class TestOff:
    def test_most_keys_can_be_off(self) -> None:
        assert len(CAN_BE_OFF) == 13

    @pytest.mark.parametrize("key", CAN_BE_OFF)
    def test_is_as_if_it_had_never_been_said(self, key: str) -> None:
        for place in LAYERS:
            assert settings(**{place: {key: "off"}}) == BUILT_IN_SETTINGS

    @pytest.mark.parametrize("key", CAN_BE_OFF)
    def test_wins_over_every_layer_below(self, key: str) -> None:
        value = {key: CAN_BE_OFF[key]}
        assert settings(value) != BUILT_IN_SETTINGS
        assert settings(value, {key: "off"}) == BUILT_IN_SETTINGS
        assert settings(value, value, {key: "off"}) == BUILT_IN_SETTINGS

    @pytest.mark.parametrize("key", CAN_BE_OFF)
    def test_loses_to_every_layer_above(self, key: str) -> None:
        value = {key: CAN_BE_OFF[key]}
        assert settings({key: "off"}, value) == settings(value)
        assert settings({key: "off"}, {key: "off"}, value) == settings(value)

    @pytest.mark.parametrize("key", ["notify", "resources"])
    def test_cuts_a_map_off_from_what_lies_below(self, key: str) -> None:
        low, high = {
            "notify": ({"on_failure": ["slack:a"]}, {"on_retry": ["slack:b"]}),
            "resources": ({"cpu": 1}, {"memory": "1Gi"}),
        }[key]
        assert settings({key: low}, {key: "off"}, {key: high}) == settings({key: high})

    def test_of_one_event_leaves_the_others(self) -> None:
        low = {"notify": {"on_failure": ["slack:a"], "on_retry": ["slack:a"]}}
        assert settings(low, {"notify": {"on_retry": "off"}}).notify == {"on_failure": ("slack:a",)}

    def test_is_an_ordinary_text_in_the_environment(self) -> None:
        assert settings({"env": {"DEBUG": "on"}}, {"env": {"DEBUG": "off"}}).env == {"DEBUG": "off"}


class TestProblems:
    @pytest.mark.parametrize(
        ("defaults", "config", "overrides", "line"),
        [
            pytest.param(None, {"schedule": "@daily", "after": ["up.a"]}, None, 2, id="of_the_file"),
            pytest.param({"schedule": "@daily"}, {"after": ["up.a"]}, None, 2, id="after_in_the_file"),
            pytest.param(None, {"schedule": "@daily"}, {"after": ["up.a"]}, 2, id="schedule_in_the_file"),
            pytest.param({"schedule": "@daily"}, None, {"after": ["up.a"]}, 0, id="of_the_values"),
        ],
    )
    def test_schedule_and_after_together_are_one_whatever_layers_they_come_from(
        self, defaults: Config | None, config: Config | None, overrides: Config | None, line: int
    ) -> None:
        jobs = (job("shop.orders", config), job("up.a"))
        values = Deployment(defaults or {}, {"shop.orders": overrides or {}, "up.a": {"after": "off"}})
        scan = apply_settings(Scan(jobs), values)
        (problem,) = scan.problems
        assert (problem.path, problem.line, problem.code) == ("shop/jobs/orders.py", line, "config-conflict")
        assert 'switch one of them "off"' in problem.message
        assert [found.key for found in scan.jobs] == ["up.a"]

    def test_schedule_and_after_together_are_none_once_one_is_off(self) -> None:
        both = {"schedule": "@daily", "after": ["up.a"]}
        assert settings(config=both, overrides={"schedule": "off"}).after == ("up.a",)
        assert settings(config=both, overrides={"after": "off"}).schedule == "@daily"

    def test_an_override_that_names_no_job_is_a_warning_with_a_hint(self) -> None:
        scan = resolved({"shop.orders": {}}, overrides={"shop.order": {}, "else.where": {}})
        assert [str(problem) for problem in scan.problems] == [
            'jobs.overrides."else.where": warning: there is no job else.where; '
            "airflow-control-plane discover lists those that there are [override-unknown]",
            'jobs.overrides."shop.order": warning: there is no job shop.order; did you mean shop.orders? '
            "[override-unknown]",
        ]
        assert len(scan.jobs) == 1

    def test_an_override_of_a_job_with_a_problem_is_none(self) -> None:
        scan = apply_settings(Scan(broken=frozenset({"shop.orders"})), Deployment(overrides={"shop.orders": {}}))
        assert not scan.problems

    def test_nobody_is_called_unknown_while_the_packages_cannot_be_read_whole(self) -> None:
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
    """Every key changes the file of the DAG, or whether there is one."""

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
    VALUES = Deployment(pod_templates=PodTemplates("/templates", {"spec": {"containers": [{"name": "base"}]}}))

    def file(self, config: Config) -> str:
        scan = apply_settings(Scan((job("shop.orders", config), job("up.a"))), self.VALUES)
        assert not scan.problems
        return "".join(render_dag(found) for found in scan.jobs if found.key == "shop.orders")

    def test_every_key_is_here(self) -> None:
        assert list(self.CHANGES) == list(JOB_CONFIG_SCHEMA["properties"])

    @pytest.mark.parametrize("key", CHANGES)
    def test_a_key_changes_the_file(self, key: str) -> None:
        around, value = self.CHANGES[key]
        assert self.file({**around, key: value}) != self.file(around)

    @pytest.mark.parametrize("key", CHANGES)
    def test_a_key_is_explained(self, key: str) -> None:
        around, value = self.CHANGES[key]
        rows = {row.name: row for row in explain_job(job("shop.orders", {**around, key: value}), Deployment())}
        assert (rows[key].value, rows[key].origin) == (value, "JOB_CONFIG")

    @pytest.mark.parametrize("event", NOTIFY_EVENTS)
    def test_every_event_of_notify_changes_the_file(self, event: str) -> None:
        around: Config = {"retries": 1, "deadline": "1h"}
        assert self.file({**around, "notify": {event: ["slack:a"]}}) != self.file(around)

    def test_a_job_that_is_not_enabled_has_no_dag(self) -> None:
        assert self.file({}) and not self.file({"enabled": False})


class TestTheRunningLoop:
    def test_a_changed_override_changes_the_dag_at_once_and_a_broken_one_nothing(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        workspace.write_job("orders", text=job_text({"schedule": "@daily"}))
        workspace.write_job("prices")
        file = workspace.dags / "shop_orders_dag.py"

        def override(settings: Config) -> None:
            sync = {"watchSeconds": 0.1, "intervalSeconds": 60}
            draft = workspace.settings.with_suffix(".draft")
            draft.write_text(json.dumps({"sync": sync, "jobs": {"overrides": {"shop.orders": settings}}}))
            draft.replace(workspace.settings)

        with workspace.sync_loop() as loop:
            eventually(lambda: "@daily" in file.read_text())
            override({"schedule": "@hourly"})
            eventually(lambda: "@hourly" in file.read_text())
            override({"schedule": "off"})
            eventually(lambda: "schedule=None" in file.read_text())
            override({"schedule": "@sometimes"})
            eventually(lambda: "@sometimes is no preset" in loop.log)
            assert "the last good settings stay in force" in loop.log
            override({"retries": 4})
            eventually(lambda: "retries=4" in file.read_text() and "@daily" in file.read_text())
            override({"enabled": False})
            eventually(lambda: not file.exists())
            assert loop.status()["problems"] == []

    def test_a_job_switched_off_for_good_loses_its_dag_with_one_sync(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        workspace.write_job("orders", text=job_text({"enabled": True}))
        workspace.write_job("prices")
        assert workspace.sync_once().returncode == 0
        workspace.write_job("orders", text=job_text({"enabled": False}))
        assert workspace.sync_once().returncode == 0
        assert list(workspace.published()) == ["shop_prices_dag.py"]
        assert "1 good job(s)" in run("check", "--packages-root", workspace.packages).out
