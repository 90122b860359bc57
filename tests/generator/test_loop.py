"""The sidecar as a real process, while the packages, the DAG folder and the settings change."""

from __future__ import annotations

import shutil

import pytest
from _workspace import FOREIGN_FILES, Workspace, eventually, metric

PROBLEMS_FILE = "airflow_control_plane_problems.py"


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.write_job("first")
    workspace.write_foreign_files()
    return workspace


def is_up_to_date(workspace):
    published = workspace.published()
    handmade = published.pop("handmade.py")
    return handmade == FOREIGN_FILES["handmade.py"] and published == workspace.wanted()


def test_a_dag_is_created_updated_and_deleted_with_its_job_file(workspace):
    with workspace.sync_loop(watchSeconds=0.2) as loop:
        eventually(lambda: is_up_to_date(workspace))
        for change in (
            lambda: workspace.write_job("second", "Just added"),
            lambda: workspace.write_job("second", "Just changed"),
            lambda: workspace.remove_job("second"),
        ):
            change()
            eventually(lambda: is_up_to_date(workspace), seconds=0.2 + 2)
        eventually(lambda: "delete 1: shop_second_dag.py" in loop.log)  # logged after it was done
        assert "create 1: shop_second_dag.py" in loop.log
        assert "update 1: shop_second_dag.py" in loop.log


def test_a_broken_job_file_is_reported_and_keeps_its_dag_until_it_is_repaired(workspace):
    with workspace.sync_loop() as loop:
        eventually(lambda: is_up_to_date(workspace))
        before = workspace.published()

        workspace.write_job("first", text="JOB = (")
        eventually(lambda: PROBLEMS_FILE in workspace.published())
        assert workspace.published()["shop_first_dag.py"] == before["shop_first_dag.py"]
        eventually(lambda: "shop/jobs/first.py:1:7: error: " in loop.log)
        eventually(lambda: loop.status()["problems"])
        assert loop.is_serving()

        workspace.write_job("first", "Repaired")
        eventually(lambda: is_up_to_date(workspace))
        eventually(lambda: "all problems are solved" in loop.log)
        assert loop.status()["problems"] == []


@pytest.mark.parametrize("damage", ["edited", "truncated", "deleted", "replaced_by_a_link", "folder_deleted"])
def test_a_dag_folder_that_was_changed_by_hand_is_repaired_by_the_next_full_pass(damage, workspace):
    dag = workspace.dags / "shop_first_dag.py"
    with workspace.sync_loop(intervalSeconds=0.3) as loop:
        eventually(loop.has_synced)
        original = dag.read_bytes()
        match damage:
            case "edited":
                dag.write_bytes(original.replace(b"schedule=None", b"schedule='@daily'"))
            case "truncated":
                dag.write_bytes(original[:200])
            case "deleted":
                dag.unlink()
            case "replaced_by_a_link":
                dag.unlink()
                dag.symlink_to("handmade.py")
            case _:
                shutil.rmtree(workspace.dags)
        if damage == "replaced_by_a_link":  # a foreign file: it is reported and not overwritten
            eventually(lambda: [problem["code"] for problem in loop.status()["problems"]] == ["foreign-file"])
            assert dag.is_symlink()
        else:
            eventually(lambda: dag.read_bytes() == original)


def test_a_change_in_the_packages_starts_a_pass_that_also_repairs_the_dag_folder(workspace):
    with workspace.sync_loop(intervalSeconds=3600) as loop:
        eventually(loop.has_synced)
        before = loop.passes()
        (workspace.dags / "shop_first_dag.py").unlink()
        workspace.write_job("second")
        eventually(lambda: is_up_to_date(workspace))
        assert loop.passes() > before


def test_settings_are_read_again_when_they_change_and_invalid_ones_are_refused(workspace):
    with workspace.sync_loop() as loop:
        eventually(loop.has_synced)
        workspace.remove_job("first")
        eventually(lambda: loop.status()["held_back"])
        assert "sync.allowEmpty" in loop.status()["held_back"][0]["reason"]

        workspace.write_settings_text('{"sync": {"allowEmtpy": true}}')
        eventually(lambda: "sync.allowEmtpy: unknown key; did you mean allowEmpty?" in loop.log)
        assert f"the settings file {workspace.settings} is invalid: " in loop.log
        assert "the last valid settings stay in force" in loop.log
        eventually(lambda: "sync.allowEmtpy: unknown key" in loop.status()["error"])
        assert loop.status()["complete"] is False
        assert loop.is_serving()

        workspace.write_settings(watchSeconds=0.1, allowEmpty=True)
        eventually(lambda: list(workspace.published()) == ["handmade.py"])
        assert loop.log.count("did you mean") == 1
        assert loop.status()["error"] == ""


def test_a_shorter_interval_takes_effect_at_once(workspace):
    with workspace.sync_loop(intervalSeconds=3600) as loop:
        eventually(loop.has_synced)
        (workspace.dags / "shop_first_dag.py").unlink()
        workspace.write_settings(watchSeconds=0.1, intervalSeconds=0.2)
        eventually(lambda: is_up_to_date(workspace))


INVALID_SETTINGS = (
    "",
    "{",
    "[]",
    '{"sync": []}',
    '{"sync": {"watchSeconds": 0}}',
    '{"sync": {"watchSeconds": "5"}}',
    '{"sync": {"watchSeconds": NaN}}',
    '{"sync": {"watchSeconds": 1e400}}',
    '{"sync": {"watchSeconds": 1e12}}',
    '{"sync": {"watchSeconds": %s}}' % ("9" * 400),
    "[" * 100_000,
    "\ud800",
)


def test_an_invalid_settings_file_does_not_end_the_loop(workspace):
    with workspace.sync_loop() as loop:
        eventually(loop.has_synced)
        for number, text in enumerate(INVALID_SETTINGS, start=1):
            workspace.write_settings_text(text)
            eventually(lambda: loop.log.count(f"ERROR the settings file {workspace.settings} is ") == number)  # noqa: B023
            workspace.write_job("second", f"After {number} invalid files")
            eventually(lambda: is_up_to_date(workspace))


def test_the_packages_may_disappear_and_come_back(workspace):
    aside = workspace.root / "aside"
    with workspace.sync_loop(intervalSeconds=0.3) as loop:
        eventually(loop.has_synced)
        before = workspace.published()
        workspace.packages.rename(aside)
        eventually(lambda: not loop.status()["complete"])
        assert f"the package root {workspace.packages} cannot be read (No such file or directory)" in loop.log
        assert f"the package root {workspace.packages} cannot be read" in loop.status()["error"]
        good = loop.passes()
        attempts = lambda: metric(loop.get("/metrics"), "airflow_control_plane_last_attempt_timestamp_seconds")  # noqa: E731
        latest = attempts()
        eventually(lambda: attempts() > latest + 1)
        assert loop.log.count("cannot be read") == 1
        assert loop.log.count("hold 1") <= 1
        assert loop.passes() == good
        assert workspace.published() == before

        aside.rename(workspace.packages)
        workspace.write_job("second")
        eventually(lambda: is_up_to_date(workspace))
        eventually(lambda: loop.status()["complete"])


def test_the_packages_may_appear_after_the_loop_has_started(workspace):
    aside = workspace.root / "aside"
    workspace.packages.rename(aside)
    with workspace.sync_loop() as loop:
        eventually(loop.is_serving)
        eventually(lambda: "cannot be read" in loop.log)
        aside.rename(workspace.packages)
        eventually(lambda: is_up_to_date(workspace))


def test_a_loop_goes_on_when_the_dag_folder_becomes_usable(workspace):
    workspace.write_settings()
    shutil.rmtree(workspace.dags)
    workspace.dags.write_text("a file where the folder should be")
    with workspace.sync_loop() as loop:
        eventually(lambda: f"the DAG folder {workspace.dags} cannot be opened" in loop.log)
        assert loop.is_serving()
        workspace.dags.unlink()
        eventually(workspace.is_in_step)
        assert loop.log.count("cannot be opened") == 1
