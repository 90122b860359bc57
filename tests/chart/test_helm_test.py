"""The checks of `helm test`, against a fake Airflow and a fake sidecar."""

from __future__ import annotations

import importlib
import json
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from rendered import ROOT

CHECKS = ROOT / "files" / "helm-test"
JOB = {"dag_id": "sales_load", "source": "sales/jobs/load.py"}
RUN = "dags/sales_load/dagRuns/manual__1"


def heartbeat(age: float) -> str:
    return (datetime.now(timezone.utc) - timedelta(seconds=age)).isoformat()


class Release:
    """The answers of the fake servers by path: a healthy release with one job, which tests then change."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "/api/v2/monitor/health": {
                "metadatabase": {"status": "healthy"},
                "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": heartbeat(3)},
                "dag_processor": {"status": "healthy", "latest_dag_processor_heartbeat": heartbeat(3)},
            },
            "/status": {"complete": True, "jobs": [JOB], "problems": []},
            "/auth/token": {"access_token": "token"},
            "/api/v2/dags": {"dags": [{"dag_id": "sales_load"}], "total_entries": 1},
            "/api/v2/importErrors": {"import_errors": [], "total_entries": 0},
            "/api/v2/dags/sales_load": {"is_paused": False},
            "/api/v2/dags/sales_load/dagRuns": {"dag_run_id": "manual__1"},
            f"/api/v2/{RUN}": {"state": "success"},
            f"/api/v2/{RUN}/taskInstances": {"task_instances": [{"task_id": "run", "try_number": 1}]},
            f"/api/v2/{RUN}/taskInstances/run/logs/1": {"content": [{"event": "no such table: orders"}]},
        }
        self.posted: list[Any] = []
        self.tokens: set[str | None] = set()


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Release]:
    """A release that answers requests, and the environment of a test pod in it."""
    release = Release()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = release.answers.get(self.path.partition("?")[0])
            if self.path.startswith("/api/v2/dags"):
                release.tokens.add(self.headers.get("Authorization"))
            self.send_response(404 if answer is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(answer or {"detail": "not found"}).encode())

        def do_POST(self) -> None:
            release.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.do_GET()

        def log_message(self, *arguments: object) -> None:
            return

    password = tmp_path / "password"
    password.write_text("s3cret\n", encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        settings = {
            "RELEASE": "airflow",
            "NAMESPACE": "etl",
            "AIRFLOW_URL": address,
            "DAG_SYNC_URL": address,
            "COMPONENTS": "metadatabase scheduler dag_processor",
            "DAG_ID": "sales_load",
            "DAG_ARGS": '["--day", "today"]',
            "AIRFLOW_DAGS_DIR": "/srv/dags",
            "ADMIN_USERNAME": "ada",
            "ADMIN_PASSWORD_FILE": str(password),
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield release
        server.shutdown()


class Result:
    """How a check ended."""

    def __init__(self, exit_code: int, output: str, errors: str) -> None:
        self.exit_code, self.output, self.errors = exit_code, output, errors


@pytest.fixture
def run_check(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Runs one of the checks, without the time that it waits in a cluster."""
    monkeypatch.syspath_prepend(str(CHECKS))

    def run(name: str, patience: float = -1) -> Result:
        module: ModuleType = importlib.import_module(name)
        monkeypatch.setattr(module, "PATIENCE_SECONDS", patience)
        exit_code = module.run_check(module.check)
        return Result(exit_code, *capfd.readouterr())

    yield run
    for path in CHECKS.glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_a_healthy_release_passes(release: Release, run_check: Any) -> None:
    assert run_check("health").output == "OK: metadatabase, scheduler, dag_processor and dag-sync are alive.\n"
    assert run_check("dags").output == "OK: Airflow lists the DAGs of all 1 job(s) and can import every DAG file.\n"
    assert run_check("run").output.endswith("OK: The run manual__1 of sales_load succeeded.\n")


def test_an_unhealthy_component_is_named(release: Release, run_check: Any) -> None:
    release.answers["/api/v2/monitor/health"]["scheduler"] = {"status": "unhealthy"}
    result = run_check("health")
    assert result.exit_code == 1
    assert "scheduler is unhealthy. See: kubectl get pods -n etl" in result.errors


def test_a_component_without_a_recent_heartbeat_is_named_even_if_airflow_calls_it_healthy(
    release: Release, run_check: Any
) -> None:
    release.answers["/api/v2/monitor/health"]["dag_processor"]["latest_dag_processor_heartbeat"] = heartbeat(200)
    result = run_check("health")
    assert result.exit_code == 1
    assert "dag_processor had its last heartbeat 200 seconds ago: it is down or hangs." in result.errors


def test_a_component_that_never_ran_is_named(release: Release, run_check: Any) -> None:
    del release.answers["/api/v2/monitor/health"]["dag_processor"]
    assert "dag_processor is not running." in run_check("health").errors


def test_a_sidecar_that_is_down_is_named(release: Release, run_check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAG_SYNC_URL", "http://127.0.0.1:1")
    assert "The container dag-sync-sidecar does not report its status: GET http://127.0.0.1:1/status failed" in (
        run_check("health").errors
    )


def test_a_missing_dag_is_named_with_its_file(release: Release, run_check: Any) -> None:
    release.answers["/api/v2/dags"] = {"dags": [], "total_entries": 0}
    result = run_check("dags")
    assert result.exit_code == 1
    assert (
        "Airflow does not list the DAG sales_load, whose file in /srv/dags is generated from sales/jobs/load.py. "
        "See: kubectl logs -n etl" in result.errors
    )


def test_a_check_that_waits_says_what_it_waits_for(
    release: Release, run_check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = release.answers["/api/v2/dags"]
    release.answers["/api/v2/dags"] = {"dags": [], "total_entries": 0}
    monkeypatch.setattr("time.sleep", lambda seconds: release.answers.update({"/api/v2/dags": late}))
    result = run_check("dags", patience=60)
    assert result.exit_code == 0
    assert "Waiting up to 60 seconds for this to change:\nAirflow does not list the DAG sales_load" in result.output


def test_an_import_error_is_shown_with_its_message(release: Release, run_check: Any) -> None:
    error = {"filename": "mine_dag.py", "stack_trace": "NameError: name 'x' is not defined\n"}
    release.answers["/api/v2/importErrors"] = {"import_errors": [error], "total_entries": 1}
    errors = run_check("dags").errors
    assert "Airflow cannot import mine_dag.py. Fix this error:\nNameError: name 'x' is not defined" in errors


def test_a_problem_in_a_job_file_is_shown_with_its_place(release: Release, run_check: Any) -> None:
    place = {"path": "sales/jobs/x.py", "line": 3, "column": 1}
    release.answers["/status"]["problems"] = [
        {**place, "code": "job-shape", "severity": "error", "message": "JOB has no description"},
        {**place, "code": "job-imported", "severity": "warning", "message": "JOB is imported"},
        {**place, "line": 0, "code": "encoding", "severity": "error", "message": "this is not UTF-8"},
    ]
    errors = run_check("dags").errors
    assert "sales/jobs/x.py: this is not UTF-8\n" in errors
    assert "sales/jobs/x.py:3:1: JOB has no description\n" in errors
    assert "JOB is imported" not in errors


def test_packages_that_cannot_be_read_fail_the_check(release: Release, run_check: Any) -> None:
    release.answers["/status"] |= {"complete": False, "error": "the root is gone"}
    assert "The generator could not read all packages or settings: the root is gone." in run_check("dags").errors


def test_a_run_is_triggered_with_its_arguments_by_a_user_who_is_logged_in(release: Release, run_check: Any) -> None:
    run_check("run")
    assert release.posted == [
        {"username": "ada", "password": "s3cret"},
        {"logical_date": None, "conf": {"args": ["--day", "today"]}},
    ]
    assert release.tokens == {"Bearer token"}


def test_a_failed_run_shows_the_last_lines_of_its_log(release: Release, run_check: Any) -> None:
    release.answers[f"/api/v2/{RUN}"] = {"state": "failed"}
    result = run_check("run")
    assert result.exit_code == 1
    assert "The run manual__1 of sales_load failed." in result.errors
    assert "Last lines of the log of task run, try 1:\nno such table: orders\n" in result.errors


def test_a_run_that_does_not_start_points_to_the_scheduler(release: Release, run_check: Any) -> None:
    release.answers[f"/api/v2/{RUN}"] = {"state": "queued"}
    errors = run_check("run").errors
    assert "The run is still queued" in errors
    assert "see the log of airflow-scheduler" in errors


def test_a_paused_dag_is_not_triggered(release: Release, run_check: Any) -> None:
    release.answers["/api/v2/dags/sales_load"] = {"is_paused": True}
    assert "The DAG sales_load is paused, so the run would never start." in run_check("run").errors


def test_a_failed_login_says_where_to_put_the_password(release: Release, run_check: Any) -> None:
    del release.answers["/auth/token"]
    errors = run_check("run").errors
    assert "Cannot log in as ada: POST" in errors
    assert "put the new one into the Secret that `helm get notes` names" in errors
