"""The commands as people and pipelines use them: output, exit codes, JSON, and errors that say what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from airflow_control_plane.settings.deployment import Deployment
from airflow_control_plane.settings.settings_file import Settings, SyncSettings, load_settings
from hostile_cases import run, snapshot

DISCOVERED = """\
Discovered jobs in 3 package(s):

📦 data_pipeline
  └─ agency_data_job: Job logic for processing Agency Data
  └─ example_job: Example job: prints a greeting

📦 file_processing
  └─ hello_world: Hello world smoke-test job

📦 reporting_seeder
  └─ capture_release_snapshot: Capture release snapshot
  └─ hello_world: Hello world smoke-test job
  └─ refresh_agency: Refresh agency manifest entries
  └─ refresh_all: Refresh all manifest entries
  └─ refresh_table: Refresh single manifest entry

Total: 8 job(s)
"""
COMMANDS = ("discover", "check", "explain", "graph", "schema", "plan", "generate", "sync", "run", "status")
WITH_A_JOB = ("explain", "run")
CODE = Path(__file__).parents[2] / "generator"

EXPECTED = "expected an exit code: 0 or None for success, any other int for failure"

WriteJob = Callable[..., Path]


@pytest.fixture
def write_job(packages: Path) -> WriteJob:
    """Writes a job file of the package `shop`."""
    (packages / "shop" / "jobs").mkdir(parents=True)

    def write(name: str, text: str = "") -> Path:
        path = packages / "shop" / "jobs" / f"{name}.py"
        path.write_text(text or f"JOB = (print, 'Does {name}')\n")
        return path

    return write


def shell(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-B", "-m", "airflow_control_plane", *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CODE), **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


class TestDiscover:
    def test_lists_the_jobs_of_the_examples(self, example_packages: Path) -> None:
        assert run("discover", "--packages-root", example_packages) == (0, DISCOVERED, "")

    def test_prints_the_same_in_any_locale(self, example_packages: Path) -> None:
        result = shell("discover", "--packages-root", example_packages, LC_ALL="C", PYTHONIOENCODING="ascii")
        assert (result.returncode, result.stdout, result.stderr) == (0, DISCOVERED, "")

    def test_prints_the_same_jobs_as_json(self, example_packages: Path) -> None:
        result = run("discover", "--packages-root", example_packages, "--format", "json")
        document = json.loads(result.out)
        assert document["problems"] == []
        assert len(document["jobs"]) == 8
        assert document["jobs"][2] == {
            "package_name": "file_processing",
            "job_name": "hello_world",
            "description": "Hello world smoke-test job",
            "source": "file_processing/file_processing/jobs/hello_world.py",
            "import_root": "file_processing",
            "dag_id": "file_processing_hello_world",
        }

    def test_without_jobs_says_how_to_add_one(self, packages: Path) -> None:
        assert run("discover", "--packages-root", packages) == (
            0,
            f"No jobs found in {packages}.\n"
            'A job is a file <package>/jobs/<job>.py with JOB = (entrypoint, "description").\n',
            "",
        )

    def test_without_jobs_prints_an_empty_list_as_json(self, packages: Path) -> None:
        result = run("discover", "--packages-root", packages, "--format", "json")
        assert json.loads(result.out) == {"jobs": [], "problems": []}

    def test_a_missing_root_is_an_error_that_says_what_to_check(self, tmp_path: Path) -> None:
        result = run("discover", "--packages-root", tmp_path / "missing")
        assert result == (
            3,
            "",
            f"airflow-control-plane: the package root {tmp_path}/missing cannot be read (No such file or directory); "
            "check --packages-root or ETL_PACKAGES_ROOT\n",
        )

    def test_problems_are_printed_to_stderr_and_do_not_change_the_exit_code(
        self, packages: Path, write_job: WriteJob
    ) -> None:
        write_job("orders")
        write_job("prices", "JOB = None\n")
        result = run("discover", "--packages-root", packages)
        assert result.code == 0
        assert "└─ orders: Does orders" in result.out
        assert result.err.startswith(f"{packages}/shop/jobs/prices.py:1:7: error: JOB is not a tuple; ")

    def test_a_reader_that_closes_the_output_early_is_not_an_error(self, example_packages: Path) -> None:
        command = (
            f'"{sys.executable}" -B -m airflow_control_plane discover --packages-root "{example_packages}" | head -1'
        )
        result = subprocess.run(
            ["sh", "-c", command], env={**os.environ, "PYTHONPATH": str(CODE)}, capture_output=True, encoding="utf-8"
        )
        assert (result.stdout, result.stderr) == ("Discovered jobs in 3 package(s):\n", "")


class TestRoots:
    @pytest.fixture(autouse=True)
    def _two_roots(self, tmp_path: Path) -> None:
        for root in ("first", "second", "packages"):
            jobs = tmp_path / root / root / "jobs"
            jobs.mkdir(parents=True)
            (jobs / "one.py").write_text("JOB = (print, 'One')\n")

    def packages_of(self, *options: str) -> list[str]:
        return [job["package_name"] for job in json.loads(run("discover", "--format", "json", *options).out)["jobs"]]

    def test_come_from_the_flags_if_there_are_any(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ETL_PACKAGES_ROOT", str(tmp_path / "first"))
        assert self.packages_of("--packages-root", str(tmp_path / "second")) == ["second"]

    def test_may_be_several(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        roots = [str(tmp_path / "first"), str(tmp_path / "second")]
        monkeypatch.setenv("ETL_PACKAGES_ROOT", os.pathsep.join(roots))
        assert self.packages_of() == ["first", "second"]
        assert self.packages_of("--packages-root", roots[1], "--packages-root", roots[0]) == ["first", "second"]

    def test_are_the_folder_packages_by_default(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert self.packages_of() == ["packages"]


class TestCheck:
    def test_without_problems_prints_the_number_of_jobs(self, example_packages: Path) -> None:
        result = run("check", "--packages-root", example_packages)
        assert result == (0, "✓ No problems, 8 good job(s) in 3 package(s)\n", "")

    def test_prints_problems_with_a_path_that_an_editor_can_open(self, packages: Path, write_job: WriteJob) -> None:
        write_job("orders")
        path = write_job("prices", "\nJOB = (print,)\n")
        result = run("check", "--packages-root", packages)
        assert result.code == 1
        assert result.out == (
            f"{path}:2:7: error: JOB has 1 element(s) instead of 2; "
            'write JOB = (entrypoint, "description") once, at the top level [job-shape]\n'
            "✗ 1 problem(s), 1 good job(s) in 1 package(s)\n"
        )

    def test_prints_warnings_and_does_not_fail_because_of_them(self, packages: Path, write_job: WriteJob) -> None:
        path = write_job("orders", "from shop.jobs.prices import JOB\n")
        result = run("check", "--packages-root", packages)
        assert result.code == 0
        assert result.out.startswith(f"{path}:1:1: warning: JOB is imported, so this file is not a job; ")

    def test_prints_problems_as_json(self, packages: Path, write_job: WriteJob) -> None:
        write_job("prices", "JOB = None\n")
        result = run("check", "--packages-root", packages, "--format", "json")
        (problem,) = json.loads(result.out)["problems"]
        assert problem == {
            "path": "shop/jobs/prices.py",
            "line": 1,
            "column": 7,
            "code": "job-shape",
            "message": 'JOB is not a tuple; write JOB = (entrypoint, "description") once, at the top level',
            "severity": "error",
        }


class TestGenerate:
    def test_ends_with_the_number_of_files(self, example_packages: Path, dags: Path) -> None:
        result = run("generate", "--packages-root", example_packages, "--dags-dir", dags)
        assert result.code == 0
        assert result.out.splitlines()[-1] == f"✓ Successfully generated 8 DAG file(s) in {dags}"
        assert len(list(dags.iterdir())) == 8

    def test_writes_new_and_changed_files_and_deletes_none(
        self, packages: Path, dags: Path, write_job: WriteJob
    ) -> None:
        gone, changed = write_job("gone"), write_job("changed")
        run("generate", "--packages-root", packages, "--dags-dir", dags)
        gone.unlink()
        changed.write_text("JOB = (print, 'Changed')\n")
        write_job("new")
        assert run("generate", "--packages-root", packages, "--dags-dir", dags).code == 0
        names = sorted(path.name for path in dags.iterdir())
        assert names == ["shop_changed_dag.py", "shop_gone_dag.py", "shop_new_dag.py"]
        assert "'Changed'" in (dags / "shop_changed_dag.py").read_text().replace('"', "'")


class TestTheDagFolder:
    @pytest.mark.parametrize(
        ("given", "used"),
        [
            pytest.param({"AIRFLOW__CORE__DAGS_FOLDER": "airflow"}, "airflow", id="airflow_alone"),
            pytest.param({"AIRFLOW_DAGS_DIR": "ours"}, "ours", id="ours_alone"),
            pytest.param({"AIRFLOW_DAGS_DIR": "ours", "AIRFLOW__CORE__DAGS_FOLDER": "airflow"}, "ours", id="both"),
            pytest.param({"AIRFLOW_DAGS_DIR": "", "AIRFLOW__CORE__DAGS_FOLDER": "airflow"}, "airflow", id="ours_empty"),
        ],
    )
    def test_comes_from_airflow_dags_dir_or_else_from_the_setting_of_airflow(
        self, given: dict[str, str], used: str, example_packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, folder in given.items():
            monkeypatch.setenv(name, folder and str(tmp_path / folder))
        assert run("generate", "--packages-root", example_packages).code == 0
        assert {path.name: len(list(path.iterdir())) for path in tmp_path.iterdir()} == {used: 8}

    @pytest.mark.parametrize("command", [("generate",), ("sync", "--once")], ids=" ".join)
    def test_comes_from_the_flag_if_there_is_one(
        self, command: tuple[str, ...], example_packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AIRFLOW_DAGS_DIR", str(tmp_path / "ours"))
        monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path / "airflow"))
        options = ("--packages-root", example_packages, "--dags-dir", tmp_path / "flag")
        assert run(*command, *options).code == 0
        assert [path.name for path in tmp_path.iterdir()] == ["flag"]

    @pytest.mark.parametrize("command", [("generate",), ("plan",), ("sync",), ("sync", "--once")], ids=" ".join)
    def test_must_be_given(self, command: tuple[str, ...], example_packages: Path) -> None:
        result = run(*command, "--packages-root", example_packages)
        message = "airflow-control-plane: no DAG folder is given; use --dags-dir or set AIRFLOW_DAGS_DIR\n"
        assert result == (2, "", message)


class TestPlan:
    def test_prints_every_kind_of_step_and_changes_nothing(
        self, packages: Path, dags: Path, write_job: WriteJob
    ) -> None:
        paths = {name: write_job(name) for name in ("changed", "gone", "broken", "same")}
        run("sync", "--once", "--packages-root", packages, "--dags-dir", dags)
        paths["changed"].write_text("JOB = (print, 'Changed')\n")
        paths["broken"].write_text("JOB = None\n")
        paths["gone"].unlink()
        write_job("new")
        before = snapshot(dags)
        result = run("plan", "--packages-root", packages, "--dags-dir", dags)
        assert snapshot(dags) == before
        assert result.code == 1
        assert result.out.splitlines() == [
            "create airflow_control_plane_problems.py  (all packages)",
            "keep   shop_broken_dag.py  (shop/jobs/broken.py has a problem [job-shape])",
            "update shop_changed_dag.py  (shop/jobs/changed.py)",
            "delete shop_gone_dag.py  (shop/jobs/gone.py)",
            "create shop_new_dag.py  (shop/jobs/new.py)",
            "2 to create, 1 to update, 1 to delete, 1 to keep, 0 to hold; 3 job(s)",
        ]

    def test_does_not_create_the_dag_folder(self, example_packages: Path, dags: Path) -> None:
        result = run("plan", "--packages-root", example_packages, "--dags-dir", dags)
        assert result.code == 1
        assert not dags.exists()

    def test_exits_0_if_there_is_nothing_to_do(self, example_packages: Path, dags: Path) -> None:
        run("sync", "--once", "--packages-root", example_packages, "--dags-dir", dags)
        result = run("plan", "--packages-root", example_packages, "--dags-dir", dags)
        assert result == (0, "0 to create, 0 to update, 0 to delete, 0 to keep, 0 to hold; 8 job(s)\n", "")

    def test_prints_steps_as_json(self, packages: Path, dags: Path, write_job: WriteJob) -> None:
        write_job("new")
        result = run("plan", "--packages-root", packages, "--dags-dir", dags, "--format", "json")
        step = {"action": "create", "filename": "shop_new_dag.py", "source": "shop/jobs/new.py", "reason": ""}
        assert json.loads(result.out) == {"steps": [step]}


class TestSyncOnce:
    def test_prints_what_it_did(self, packages: Path, dags: Path, write_job: WriteJob) -> None:
        gone = write_job("gone")
        write_job("same")
        assert run("sync", "--once", "--packages-root", packages, "--dags-dir", dags) == (
            0,
            f"✓ 2 job(s) in {dags}: 2 created, 0 updated, 0 deleted\n",
            "",
        )
        gone.unlink()
        result = run("sync", "--once", "--packages-root", packages, "--dags-dir", dags)
        assert result.out == f"✓ 1 job(s) in {dags}: 0 created, 0 updated, 1 deleted\n"

    def test_a_job_that_comes_back_gets_the_same_dag_file(
        self, packages: Path, dags: Path, write_job: WriteJob
    ) -> None:
        path, _ = write_job("orders"), write_job("prices")
        contents = []
        for change in (lambda: None, path.unlink, lambda: write_job("orders")):
            change()
            run("sync", "--once", "--packages-root", packages, "--dags-dir", dags)
            contents.append({path.name: path.read_bytes() for path in dags.iterdir()})
        assert contents[0] == contents[2]
        assert list(contents[1]) == ["shop_prices_dag.py"]

    def test_every_version_of_a_file_gets_a_second_of_its_own(
        self, packages: Path, dags: Path, write_job: WriteJob
    ) -> None:
        """Python's bytecode cache tells versions apart by size and whole seconds."""
        seconds = []
        for letter in "abcd":
            write_job("orders", f"JOB = (print, '{letter}')\n")
            run("sync", "--once", "--packages-root", packages, "--dags-dir", dags)
            seconds.append(int((dags / "shop_orders_dag.py").stat().st_mtime))
        assert seconds == sorted(set(seconds))

    def test_a_changed_file_with_a_time_in_the_far_future_gets_the_present_time(
        self, packages: Path, dags: Path, write_job: WriteJob
    ) -> None:
        write_job("orders")
        run("sync", "--once", "--packages-root", packages, "--dags-dir", dags)
        file = dags / "shop_orders_dag.py"
        os.utime(file, (4e9, 4e9))
        write_job("orders", "JOB = (print, 'Changed')\n")
        run("sync", "--once", "--packages-root", packages, "--dags-dir", dags)
        assert abs(file.stat().st_mtime - time.time()) < 60

    def test_the_dag_folder_may_be_on_another_disk(self, packages: Path, write_job: WriteJob, tmp_path: Path) -> None:
        other_disk = Path("/dev/shm")
        if not os.access(other_disk, os.W_OK) or other_disk.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("/dev/shm is not a second file system here")
        write_job("orders")
        dags = other_disk / f"dags_{os.getpid()}"
        try:
            assert run("sync", "--once", "--packages-root", packages, "--dags-dir", dags).code == 0
            assert [path.name for path in dags.iterdir()] == ["shop_orders_dag.py"]
        finally:
            shutil.rmtree(dags)

    def test_a_read_only_dag_folder_is_an_error(self, packages: Path, dags: Path, write_job: WriteJob) -> None:
        write_job("orders")
        dags.mkdir()
        mounted = 'mount -t tmpfs -o ro none "$1" && shift && exec "$@"'
        command = [sys.executable, "-B", "-m", "airflow_control_plane", "sync", "--once", "--dags-dir", dags]
        result = subprocess.run(
            ["unshare", "--mount", "sh", "-c", mounted, "sh", dags, *command, "--packages-root", packages],
            env={**os.environ, "PYTHONPATH": str(CODE)},
            capture_output=True,
            encoding="utf-8",
        )
        if "unshare" in result.stderr or "mount:" in result.stderr:
            pytest.skip(f"cannot mount here: {result.stderr.strip()}")
        assert result.returncode == 4
        assert f"the DAG folder {dags} cannot be written by user" in result.stderr
        assert "Read-only file system" in result.stderr

    def test_a_file_in_place_of_the_dag_folder_is_an_error(self, example_packages: Path, dags: Path) -> None:
        dags.write_text("not a folder")
        result = run("sync", "--once", "--packages-root", example_packages, "--dags-dir", dags)
        assert result.code == 4
        assert f"the DAG folder {dags} cannot be opened" in result.err

    @pytest.mark.parametrize("flag", ["--strict", "--allow-mass-delete"])
    def test_flags_for_a_single_pass_are_refused_without_once(
        self, example_packages: Path, dags: Path, flag: str
    ) -> None:
        result = run("sync", flag, "--packages-root", example_packages, "--dags-dir", dags)
        assert (result.code, result.err) == (2, f"airflow-control-plane: {flag} is for a single pass; add --once\n")


# Counts how often a command opens a file.
COUNT_OPENS = """\
import sys
from airflow_control_plane.cli.main import main
path, *arguments = sys.argv[1:]
opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" else None)
main(arguments)
print(opened.count(path))
"""
SECONDS = "expected a number of seconds above 0 and at most"
STRING = "found a string (not shown)"


class TestSettings:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('{"sync": {"watchSecond": 5}}', "sync.watchSecond: unknown key; did you mean watchSeconds?\n"),
            ('{"synk": {}}', "synk: unknown key; did you mean sync?\n"),
            ('{"zzz": {}}', "zzz: unknown key; expected one of sync, jobs, deployment\n"),
            (
                '{"airflow": {"executor": "LocalExecutor"}}',
                "airflow: unknown key; expected one of sync, jobs, deployment\n",
            ),
            ('{"sync": {"allowEmpty": "yes"}}', f"sync.allowEmpty: expected true or false, {STRING}\n"),
            ('{"sync": {"allowEmpty": 1}}', "sync.allowEmpty: expected true or false, found 1\n"),
            ('{"sync": {"watchSeconds": "5s"}}', f"sync.watchSeconds: {SECONDS} 60, {STRING}\n"),
            ('{"sync": {"watchSeconds": true}}', f"sync.watchSeconds: {SECONDS} 60, found true\n"),
            ('{"sync": {"watchSeconds": 0}}', f"sync.watchSeconds: {SECONDS} 60, found 0\n"),
            ('{"sync": {"watchSeconds": NaN}}', f"sync.watchSeconds: {SECONDS} 60, found NaN\n"),
            ('{"sync": {"watchSeconds": 1e999}}', f"sync.watchSeconds: {SECONDS} 60, found Infinity\n"),
            ('{"sync": {"intervalSeconds": -1}}', f"sync.intervalSeconds: {SECONDS} 86400, found -1\n"),
            ('{"sync": {"intervalSeconds": 100000}}', f"sync.intervalSeconds: {SECONDS} 86400, found 100000\n"),
            ('{"sync": {"strictStart": "yes"}}', f'sync.strictStart: expected true, false or "auto", {STRING}\n'),
            ('{"sync": {"strictStart": 1}}', 'sync.strictStart: expected true, false or "auto", found 1\n'),
            (
                '{"sync": {"atomicSource": true}}',
                "sync.atomicSource: unknown key; "
                "expected one of watchSeconds, intervalSeconds, allowEmpty, strictStart\n",
            ),
            (
                '{"deployment": {"atomicSources": true}}',
                "deployment.atomicSources: unknown key; did you mean atomicSource?",
            ),
            (
                '{"deployment": {"zzz": 1}}',
                "deployment.zzz: unknown key; expected one of atomicSource, triggerer, executor, podTemplates\n",
            ),
            (
                '{"deployment": {"atomicSource": "auto"}}',
                f"deployment.atomicSource: expected true or false, {STRING}\n",
            ),
            ('{"deployment": {"executor": null}}', "deployment.executor: expected a string, found null\n"),
            ('{"deployment": {"triggerer": "yes"}}', f"deployment.triggerer: expected true or false, {STRING}\n"),
            ('{"sync": []}', "sync: expected an object, found a list\n"),
            ("[]", "the file: expected an object, found a list\n"),
            ('{"a": 1, "b": 2}', "a: unknown key; expected one of sync, jobs, deployment; b: unknown key; "),
        ],
    )
    def test_that_are_invalid_are_an_error_that_names_the_key_and_what_was_expected(
        self, example_packages: Path, dags: Path, tmp_path: Path, text: str, message: str
    ) -> None:
        settings = tmp_path / "settings.json"
        settings.write_text(text)
        result = run("sync", "--once", "--settings", settings, "--packages-root", example_packages, "--dags-dir", dags)
        assert result.code == 2
        assert result.err.startswith(f"airflow-control-plane: the settings file {settings} is invalid: {message}")
        assert not dags.exists()

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("{sync: 1}", "Expecting property name"), ("", "Expecting value"), ("[" * 100_000, "")],
        ids=["no_quotes", "empty", "nested_too_deeply"],
    )
    def test_that_are_not_json_are_an_error(
        self, example_packages: Path, dags: Path, tmp_path: Path, text: str, reason: str
    ) -> None:
        settings = tmp_path / "settings.json"
        settings.write_text(text)
        result = run("sync", "--once", "--settings", settings, "--packages-root", example_packages, "--dags-dir", dags)
        assert result.code == 2
        assert result.err.startswith(f"airflow-control-plane: the settings file {settings} is not valid JSON: {reason}")
        assert not dags.exists()

    def test_that_are_missing_are_an_error(
        self, example_packages: Path, dags: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AIRFLOW_CONTROL_PLANE_SETTINGS", str(tmp_path / "missing.json"))
        result = run("plan", "--packages-root", example_packages, "--dags-dir", dags)
        message = f"the settings file {tmp_path}/missing.json cannot be read: No such file or directory"
        assert result == (2, "", f"airflow-control-plane: {message}\n")

    def test_are_read_from_the_file_that_the_chart_renders(self, tmp_path: Path) -> None:
        settings = tmp_path / "settings.json"
        sync = {"watchSeconds": 0.5, "intervalSeconds": 60, "allowEmpty": True, "strictStart": "auto"}
        jobs = {"defaults": {"retries": 1}, "overrides": {"shop.orders": {"retries": 2}}}
        deployment = {"atomicSource": False, "executor": "LocalExecutor", "triggerer": False}
        settings.write_text(json.dumps({"sync": sync, "jobs": jobs, "deployment": deployment}))
        assert load_settings(str(settings)) == Settings(
            SyncSettings(0.5, 60, allow_empty=True, strict_start=False, atomic_source=False),
            Deployment({"retries": 1}, {"shop.orders": {"retries": 2}}, has_triggerer=False, executor="LocalExecutor"),
        )

    @pytest.mark.parametrize("document", [None, {}, {"sync": {}, "jobs": {}, "deployment": {}}])
    def test_have_defaults(self, document: object, tmp_path: Path) -> None:
        settings = tmp_path / "settings.json"
        settings.write_text(json.dumps(document))
        assert load_settings(str(settings) if document is not None else None) == Settings(
            SyncSettings(5, 300, allow_empty=False, strict_start=False, atomic_source=True), Deployment()
        )

    @pytest.mark.parametrize(
        ("strict_start", "atomic_source", "code"),
        [
            ("auto", True, 1),
            ("auto", False, 0),
            ("auto", None, 1),
            (True, True, 1),
            (True, False, 1),
            (False, True, 0),
            (False, False, 0),
            (None, True, 0),
            (None, None, 0),
        ],
    )
    def test_make_a_start_strict_or_automatically_only_if_the_source_is_atomic(
        self,
        strict_start: object,
        atomic_source: bool | None,
        code: int,
        packages: Path,
        dags: Path,
        tmp_path: Path,
        write_job: WriteJob,
    ) -> None:
        """None means that the file does not have this key."""
        write_job("orders")
        write_job("prices", "JOB = None\n")
        settings = tmp_path / "settings.json"
        sync = {} if strict_start is None else {"strictStart": strict_start}
        deployment = {} if atomic_source is None else {"atomicSource": atomic_source}
        settings.write_text(json.dumps({"sync": sync, "deployment": deployment}))
        result = run("sync", "--once", "--settings", settings, "--packages-root", packages, "--dags-dir", dags)
        assert result.code == code
        assert (dags / "shop_orders_dag.py").exists()

    @pytest.mark.parametrize(
        "command",
        ["discover", "check", "explain shop.orders", "graph", "run shop.orders", "plan", "generate", "sync --once"],
    )
    def test_are_read_once_by_a_command(
        self, command: str, packages: Path, dags: Path, tmp_path: Path, write_job: WriteJob
    ) -> None:
        """Two readings of a file that is replaced in between would mix two versions."""
        write_job("orders")
        settings = tmp_path / "settings.json"
        settings.write_text("{}")
        writes = command in ("plan", "generate", "sync --once")
        options = ["--settings", settings, "--packages-root", packages, *(["--dags-dir", dags] if writes else [])]
        done = subprocess.run(
            [sys.executable, "-B", "-c", COUNT_OPENS, settings, *command.split(), *options],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CODE)},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert (done.stdout.splitlines()[-1], done.stderr) == ("1", "")


class TestUsage:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_has_help(self, command: str) -> None:
        result = run(command, "--help")
        assert result.code == 0
        assert result.out.startswith(f"usage: airflow-control-plane {command} ")

    def test_the_help_lists_the_commands_and_the_exit_codes(self) -> None:
        result = run("--help")
        assert result.code == 0
        assert all(f"    {command} " in result.out for command in COMMANDS)
        assert "exit codes:\n  0  success (" in result.out
        assert all(f"\n  {code}  " in result.out for code in range(5))

    def test_the_version_is_printed(self) -> None:
        assert run("--version").out == "airflow-control-plane 0.1.0\n"

    @pytest.mark.parametrize("command", COMMANDS)
    def test_an_unknown_flag_is_refused(self, command: str) -> None:
        result = run(command, "--no-such-flag", *(["shop.orders"] if command in WITH_A_JOB else []))
        assert result.code == 2
        assert "unrecognized arguments: --no-such-flag" in result.err

    @pytest.mark.parametrize("arguments", [(), ("no-such-command",), ("sync", "--format", "json"), ("run",)])
    def test_invalid_arguments_are_refused(self, arguments: tuple[str, ...]) -> None:
        assert run(*arguments).code == 2

    @pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "1.5", ""])
    def test_an_invalid_port_is_refused(self, port: str) -> None:
        result = run("status", f"--status-port={port}")
        assert result.code == 2
        assert f"{port!r} is not a port; expected a number from 1 to 65535" in result.err

    def test_an_abbreviated_flag_is_refused(self, packages: Path, dags: Path) -> None:
        result = run("sync", "--once", "--packages-root", packages, "--dags-dir", dags, "--allow-mass")
        assert result.code == 2
        assert "unrecognized arguments: --allow-mass" in result.err


class TestRun:
    def test_runs_a_job_with_its_arguments(self, example_packages: Path) -> None:
        result = shell("run", "--packages-root", example_packages, "data_pipeline.example_job", "--", "--name", "Ada")
        assert result.returncode == 0, result.stderr
        assert "Ada" in result.stdout + result.stderr

    @pytest.mark.parametrize(
        ("body", "code", "last_line"),
        [
            ("return 0", 0, ""),
            ("return None", 0, ""),
            ("raise SystemExit", 0, ""),
            ("return 99", 0, "– job shop.orders ended with exit code 99, which means skip"),
            ("return 98", 1, "✗ job shop.orders failed with exit code 98, which means do not retry"),
            ("return 3", 1, "✗ job shop.orders failed with exit code 3"),
            ("raise SystemExit(4)", 1, "✗ job shop.orders failed with exit code 4"),
            ("raise SystemExit('no source')", 1, "✗ job shop.orders stopped: no source"),
            ("return True", 1, f"✗ job shop.orders returned True of type bool; {EXPECTED}"),
            ("return 'done'", 1, f"✗ job shop.orders returned 'done' of type str; {EXPECTED}"),
            ("raise LookupError('which?')", 1, "LookupError: which?"),
        ],
    )
    def test_ends_as_the_task_would(
        self, packages: Path, write_job: WriteJob, body: str, code: int, last_line: str
    ) -> None:
        write_job("orders", f"def entrypoint(argv):\n    {body}\n\n\nJOB = (entrypoint, 'Orders')\n")
        result = shell("run", "--packages-root", packages, "shop.orders")
        assert (result.returncode, result.stderr.rstrip("\n").rpartition("\n")[2]) == (code, last_line)

    def test_passes_everything_after_the_first_dashes_to_the_job(self, packages: Path, write_job: WriteJob) -> None:
        write_job("orders", "JOB = (print, 'Orders')\n")
        result = shell("run", "--packages-root", packages, "shop.orders", "--", "--help", "--", "x")
        assert (result.returncode, result.stdout) == (0, "['--help', '--', 'x']\n")

    def test_runs_a_job_definition(self, packages: Path, write_job: WriteJob) -> None:
        definition = "from collections import namedtuple\nJobDefinition = namedtuple('J', 'entrypoint description')\n"
        write_job("orders", f"{definition}JOB = JobDefinition(print, 'Orders')\n")
        result = shell("run", "--packages-root", packages, "shop.orders")
        assert (result.returncode, result.stdout) == (0, "[]\n")

    def test_prints_where_a_job_raised(self, packages: Path, write_job: WriteJob) -> None:
        path = write_job("orders", "def entrypoint(argv):\n    raise LookupError\n\n\nJOB = (entrypoint, 'Orders')\n")
        assert (
            f'File "{path}", line 2, in entrypoint' in shell("run", "--packages-root", packages, "shop.orders").stderr
        )

    def test_an_unknown_job_is_an_error_that_lists_the_jobs(self, packages: Path, write_job: WriteJob) -> None:
        write_job("orders")
        write_job("prices")
        result = run("run", "--packages-root", packages, "shop.order")
        message = f"there is no job shop.order in {packages}; the jobs are: shop.orders, shop.prices"
        assert result == (2, "", f"airflow-control-plane: {message}\n")
