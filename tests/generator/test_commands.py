"""The commands as people and pipelines use them: words, exit codes, JSON, and errors that say what to do."""

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
COMMANDS = ("discover", "check", "plan", "generate", "sync", "run", "status")
CODE = Path(__file__).parents[2] / "generator"

WriteJob = Callable[..., Path]


@pytest.fixture
def write_job(packages: Path) -> WriteJob:
    """Writes a job of the package `shop`."""
    (packages / "shop" / "jobs").mkdir(parents=True)

    def write(name: str, text: str = "") -> Path:
        path = packages / "shop" / "jobs" / f"{name}.py"
        path.write_text(text or f"JOB = (print, 'Does {name}')\n")
        return path

    return write


def shell(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as the shell starts it."""
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

    def test_prints_the_same_in_a_process_of_its_own_whatever_the_locale(self, example_packages: Path) -> None:
        result = shell("discover", "--packages-root", example_packages, LC_ALL="C", PYTHONIOENCODING="ascii")
        assert (result.returncode, result.stdout, result.stderr) == (0, DISCOVERED, "")

    def test_prints_the_same_as_data(self, example_packages: Path) -> None:
        result = run("discover", "--packages-root", example_packages, "--format", "json")
        document = json.loads(result.out)
        assert document["problems"] == []
        assert len(document["jobs"]) == 8
        assert document["jobs"][2] == {
            "package": "file_processing",
            "name": "hello_world",
            "description": "Hello world smoke-test job",
            "source": "file_processing/file_processing/jobs/hello_world.py",
            "import_root": "file_processing",
            "dag_id": "file_processing_hello_world",
        }

    def test_an_empty_root_says_so_kindly(self, packages: Path) -> None:
        assert run("discover", "--packages-root", packages) == (
            0,
            f"No jobs found in {packages}.\n"
            'A job is a file <package>/jobs/<job>.py that says JOB = (entrypoint, "description").\n',
            "",
        )

    def test_an_empty_root_is_empty_data(self, packages: Path) -> None:
        result = run("discover", "--packages-root", packages, "--format", "json")
        assert json.loads(result.out) == {"jobs": [], "problems": []}

    def test_a_missing_root_is_an_error_that_says_what_to_look_at(self, tmp_path: Path) -> None:
        result = run("discover", "--packages-root", tmp_path / "missing")
        assert (result.code, result.out) == (3, "")
        assert f"package root {tmp_path}/missing cannot be read (No such file or directory)" in result.err
        assert "--packages-root" in result.err

    def test_problems_go_to_stderr_and_fail_nothing(self, packages: Path, write_job: WriteJob) -> None:
        write_job("orders")
        write_job("prices", "JOB = None\n")
        result = run("discover", "--packages-root", packages)
        assert result.code == 0
        assert "└─ orders: Does orders" in result.out
        assert result.err.startswith(f"{packages}/shop/jobs/prices.py:1:7: error: JOB is a value of type NoneType")

    def test_a_reader_that_has_seen_enough_is_no_error(self, example_packages: Path) -> None:
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
        return [job["package"] for job in json.loads(run("discover", "--format", "json", *options).out)["jobs"]]

    def test_come_from_flags_before_the_environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ETL_PACKAGES_ROOT", str(tmp_path / "first"))
        assert self.packages_of("--packages-root", str(tmp_path / "second")) == ["second"]

    def test_may_be_several(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        roots = [str(tmp_path / "first"), str(tmp_path / "second")]
        monkeypatch.setenv("ETL_PACKAGES_ROOT", os.pathsep.join(roots))
        assert self.packages_of() == ["first", "second"]
        assert self.packages_of("--packages-root", roots[1], "--packages-root", roots[0]) == ["first", "second"]

    def test_are_the_folder_packages_when_nothing_says_otherwise(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert self.packages_of() == ["packages"]


class TestCheck:
    def test_praises_good_jobs(self, example_packages: Path) -> None:
        result = run("check", "--packages-root", example_packages)
        assert result == (0, "✓ No problems, 8 good job(s) in 3 package(s)\n", "")

    def test_lists_problems_so_that_an_editor_can_jump_there(self, packages: Path, write_job: WriteJob) -> None:
        write_job("orders")
        path = write_job("prices", "\nJOB = (print,)\n")
        result = run("check", "--packages-root", packages)
        assert result.code == 1
        assert result.out == (
            f"{path}:2:7: error: JOB has 1 element(s), not 2; "
            'write JOB = (entrypoint, "description") once, at top level [job-shape]\n'
            "✗ 1 problem(s), 1 good job(s) in 1 package(s)\n"
        )

    def test_a_warning_is_told_and_fails_nothing(self, packages: Path, write_job: WriteJob) -> None:
        write_job("orders", "from shop.jobs.prices import JOB\n")
        result = run("check", "--packages-root", packages)
        assert result.code == 0
        assert "warning" in result.out

    def test_gives_problems_as_data(self, packages: Path, write_job: WriteJob) -> None:
        write_job("prices", "JOB = None\n")
        result = run("check", "--packages-root", packages, "--format", "json")
        (problem,) = json.loads(result.out)["problems"]
        assert problem == {
            "path": "shop/jobs/prices.py",
            "line": 1,
            "column": 7,
            "code": "job-shape",
            "message": "JOB is a value of type NoneType, not a tuple; "
            'write JOB = (entrypoint, "description") once, at top level',
            "severity": "error",
        }


class TestGenerate:
    def test_ends_with_the_number_of_files(self, example_packages: Path, dags: Path) -> None:
        result = run("generate", "--packages-root", example_packages, "--dags-dir", dags)
        assert result.code == 0
        assert result.out.splitlines()[-1] == f"✓ Successfully generated 8 DAG file(s) in {dags}"
        assert len(list(dags.iterdir())) == 8

    def test_writes_and_updates_and_removes_nothing(self, packages: Path, dags: Path, write_job: WriteJob) -> None:
        gone, changed = write_job("gone"), write_job("changed")
        run("generate", "--packages-root", packages, "--dags-dir", dags)
        gone.unlink()
        changed.write_text("JOB = (print, 'Changed')\n")
        write_job("new")
        assert run("generate", "--packages-root", packages, "--dags-dir", dags).code == 0
        names = sorted(path.name for path in dags.iterdir())
        assert names == ["shop_changed_dag.py", "shop_gone_dag.py", "shop_new_dag.py"]
        assert "'Changed'" in (dags / "shop_changed_dag.py").read_text().replace('"', "'")

    def test_takes_the_dag_folder_of_airflow(
        self, example_packages: Path, dags: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(dags))
        assert run("generate", "--packages-root", example_packages).code == 0
        assert len(list(dags.iterdir())) == 8

    def test_without_a_dag_folder_says_what_to_give(self, example_packages: Path) -> None:
        result = run("generate", "--packages-root", example_packages)
        assert result.code == 2
        assert result.err == "airflow-control-plane: no DAG folder: give --dags-dir or set AIRFLOW__CORE__DAGS_FOLDER\n"


class TestPlan:
    def test_shows_each_kind_of_step_and_touches_nothing(self, packages: Path, dags: Path, write_job: WriteJob) -> None:
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

    def test_does_not_even_make_the_dag_folder(self, example_packages: Path, dags: Path) -> None:
        result = run("plan", "--packages-root", example_packages, "--dags-dir", dags)
        assert result.code == 1
        assert not dags.exists()

    def test_exits_0_when_there_is_nothing_to_do(self, example_packages: Path, dags: Path) -> None:
        run("sync", "--once", "--packages-root", example_packages, "--dags-dir", dags)
        result = run("plan", "--packages-root", example_packages, "--dags-dir", dags)
        assert result == (0, "0 to create, 0 to update, 0 to delete, 0 to keep, 0 to hold; 8 job(s)\n", "")

    def test_gives_steps_as_data(self, packages: Path, dags: Path, write_job: WriteJob) -> None:
        write_job("new")
        result = run("plan", "--packages-root", packages, "--dags-dir", dags, "--format", "json")
        step = {"action": "create", "filename": "shop_new_dag.py", "source": "shop/jobs/new.py", "reason": ""}
        assert json.loads(result.out) == {"steps": [step]}


class TestSyncOnce:
    def test_counts_what_it_did(self, packages: Path, dags: Path, write_job: WriteJob) -> None:
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

    def test_a_job_that_comes_back_has_the_very_same_dag(self, packages: Path, dags: Path, write_job: WriteJob) -> None:
        path, _ = write_job("orders"), write_job("prices")
        contents = []
        for happens in (lambda: None, path.unlink, lambda: write_job("orders")):
            happens()
            run("sync", "--once", "--packages-root", packages, "--dags-dir", dags)
            contents.append({path.name: path.read_bytes() for path in dags.iterdir()})
        assert contents[0] == contents[2]
        assert list(contents[1]) == ["shop_prices_dag.py"]

    def test_a_changed_file_gets_a_second_of_its_own(self, packages: Path, dags: Path, write_job: WriteJob) -> None:
        """Python's bytecode cache tells versions apart by size and whole seconds."""
        seconds = []
        for letter in "abcd":
            write_job("orders", f"JOB = (print, '{letter}')\n")
            run("sync", "--once", "--packages-root", packages, "--dags-dir", dags)
            seconds.append(int((dags / "shop_orders_dag.py").stat().st_mtime))
        assert seconds == sorted(set(seconds))

    def test_a_file_from_the_far_future_is_replaced_by_one_of_today(
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

    def test_a_read_only_dag_folder_is_an_error_with_a_reason(
        self, packages: Path, dags: Path, write_job: WriteJob
    ) -> None:
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
    def test_flags_of_one_pass_are_refused_for_the_loop(self, example_packages: Path, dags: Path, flag: str) -> None:
        result = run("sync", flag, "--packages-root", example_packages, "--dags-dir", dags)
        assert (result.code, result.err) == (2, f"airflow-control-plane: {flag} is for a single pass; add --once\n")


SECONDS = "expected a number of seconds above 0 and at most 60"


class TestSettings:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('{"sync": {"watchSecond": 5}}', "sync.watchSecond: unknown key; did you mean watchSeconds?"),
            ('{"synk": {}}', "synk: unknown key; did you mean sync?"),
            ('{"zzz": {}}', "zzz: unknown key; expected one of sync, jobs, airflow"),
            ('{"sync": {"allowEmpty": "yes"}}', "sync.allowEmpty: expected true or false, found a different string"),
            ('{"sync": {"allowEmpty": 1}}', "sync.allowEmpty: expected true or false, found 1"),
            ('{"sync": {"watchSeconds": "5s"}}', f"sync.watchSeconds: {SECONDS}, found a different string"),
            ('{"sync": {"watchSeconds": true}}', f"sync.watchSeconds: {SECONDS}, found true"),
            ('{"sync": {"watchSeconds": 0}}', f"sync.watchSeconds: {SECONDS}, found 0"),
            ('{"sync": {"watchSeconds": NaN}}', f"sync.watchSeconds: {SECONDS}, found NaN"),
            ('{"sync": {"watchSeconds": 1e999}}', f"sync.watchSeconds: {SECONDS}, found Infinity"),
            ('{"sync": {"intervalSeconds": -1}}', "sync.intervalSeconds: expected a number of seconds above 0"),
            ('{"sync": []}', "sync: expected an object, found a list"),
            ("[]", "the file: expected an object, found a list"),
            ("{sync: 1}", "is not JSON: Expecting property name"),
            ("", "is not JSON: Expecting value"),
            ("[" * 100000, "is not JSON"),
        ],
    )
    def test_a_wrong_one_is_named_with_what_was_expected(
        self, example_packages: Path, dags: Path, tmp_path: Path, text: str, message: str
    ) -> None:
        settings = tmp_path / "settings.json"
        settings.write_text(text)
        result = run("sync", "--once", "--settings", settings, "--packages-root", example_packages, "--dags-dir", dags)
        assert result.code == 2
        assert f"settings file {settings}" in result.err
        assert message in result.err
        assert not dags.exists()

    def test_a_missing_file_is_named(
        self, example_packages: Path, dags: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AIRFLOW_CONTROL_PLANE_SETTINGS", str(tmp_path / "missing.json"))
        result = run("plan", "--packages-root", example_packages, "--dags-dir", dags)
        assert result.code == 2
        assert f"settings file {tmp_path}/missing.json cannot be read: No such file or directory" in result.err

    def test_each_known_key_is_accepted(self, example_packages: Path, dags: Path, tmp_path: Path) -> None:
        settings = tmp_path / "settings.json"
        document = {"watchSeconds": 0.5, "intervalSeconds": 60, "allowEmpty": True, "strictStart": True}
        settings.write_text(json.dumps({"sync": {**document, "atomicSource": False}}))
        options = ("--settings", settings, "--packages-root", example_packages, "--dags-dir", dags)
        assert run("sync", "--once", *options).code == 0

    def test_a_wrong_log_format_is_refused(self, example_packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AIRFLOW_CONTROL_PLANE_LOG_FORMAT", "xml")
        result = run("discover", "--packages-root", example_packages)
        assert result.code == 2
        assert "AIRFLOW_CONTROL_PLANE_LOG_FORMAT is 'xml', expected text or json" in result.err


class TestUsage:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_each_command_explains_itself(self, command: str) -> None:
        result = run(command, "--help")
        assert result.code == 0
        assert result.out.startswith(f"usage: airflow-control-plane {command} ")

    def test_the_program_lists_commands_and_exit_codes(self) -> None:
        result = run("--help")
        assert result.code == 0
        assert all(f"    {command} " in result.out for command in COMMANDS)
        assert "exit codes:\n  0  done" in result.out
        assert all(f"\n  {code}  " in result.out for code in range(5))

    def test_the_version_is_that_of_the_package(self) -> None:
        assert run("--version").out == "airflow-control-plane 0.1.0\n"

    @pytest.mark.parametrize("command", COMMANDS)
    def test_an_unknown_flag_is_refused(self, command: str) -> None:
        result = run(command, "--no-such-flag", *(["shop.orders"] if command == "run" else []))
        assert result.code == 2
        assert "unrecognized arguments: --no-such-flag" in result.err

    @pytest.mark.parametrize("arguments", [(), ("no-such-command",), ("sync", "--format", "json"), ("run",)])
    def test_what_is_no_command_is_refused(self, arguments: tuple[str, ...]) -> None:
        assert run(*arguments).code == 2

    @pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "1.5", ""])
    def test_what_is_no_port_is_refused(self, port: str) -> None:
        result = run("status", f"--status-port={port}")
        assert result.code == 2
        assert f"{port!r} is not a port, expected 1 to 65535" in result.err

    def test_a_flag_must_be_written_out(self, packages: Path, dags: Path) -> None:
        result = run("sync", "--once", "--packages-root", packages, "--dags-dir", dags, "--allow-mass")
        assert result.code == 2
        assert "unrecognized arguments: --allow-mass" in result.err


class TestRun:
    def test_runs_a_job_with_its_arguments(self, example_packages: Path) -> None:
        result = shell("run", "--packages-root", example_packages, "data_pipeline.example_job", "--", "--name", "Ada")
        assert result.returncode == 0, result.stderr
        assert "Ada" in result.stdout + result.stderr

    @pytest.mark.parametrize(
        ("body", "code", "message"),
        [
            ("return 0", 0, ""),
            ("return None", 0, ""),
            ("return 3", 1, "✗ job shop.orders failed with exit code 3"),
            ("raise SystemExit(4)", 1, "✗ job shop.orders failed with exit code 4"),
            ("raise SystemExit", 0, ""),
            ("raise SystemExit('no source')", 1, "✗ job shop.orders stopped: no source"),
            ("return True", 1, "✗ job shop.orders returned True of type bool; expected an exit code"),
            ("return 'done'", 1, "✗ job shop.orders returned 'done' of type str; expected an exit code"),
            ("raise LookupError('which?')", 1, "LookupError: which?"),
        ],
    )
    def test_ends_as_the_task_would(
        self, packages: Path, write_job: WriteJob, body: str, code: int, message: str
    ) -> None:
        write_job("orders", f"def entrypoint(argv):\n    {body}\n\n\nJOB = (entrypoint, 'Orders')\n")
        result = shell("run", "--packages-root", packages, "shop.orders")
        assert result.returncode == code
        assert message in result.stderr

    def test_an_unknown_job_is_told_which_there_are(self, packages: Path, write_job: WriteJob) -> None:
        write_job("orders")
        write_job("prices")
        result = run("run", "--packages-root", packages, "shop.order")
        assert result.code == 2
        assert "no job shop.order in" in result.err
        assert "shop.orders, shop.prices" in result.err
