"""What the sidecar says of itself: /healthz, /status, /metrics, and the `status` command."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest
from _workspace import COMMAND, Workspace, environment, eventually, free_port, metric
from airflow_control_plane.sync import status_server
from airflow_control_plane.sync.status import Board, Status
from airflow_control_plane.version import VERSION

PROBE_SECONDS = 1.0
REQUEST = b"GET /healthz HTTP/1.0\r\n\r\n"
HOSTILE_NAME = 'evil\n\x1b[31m{}"\\é.py'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("status"))
    for number in range(8):
        workspace.write_job(f"job_{number}", 'Quote " backslash \\ umlaut ü')
    assert workspace.sync_once().returncode == 0
    for number in range(1, 8):
        workspace.remove_job(f"job_{number}")
    workspace.write_job("broken", text="JOB = (")
    (workspace.packages / "shop" / "jobs" / HOSTILE_NAME).write_text("JOB = (print, 'A job')\n")
    return workspace


@pytest.fixture(scope="module")
def loop(workspace):
    with workspace.sync_loop() as loop:
        eventually(loop.has_synced)
        yield loop


def test_status_is_the_agreed_document(loop, workspace):
    document = loop.status()
    assert datetime.fromisoformat(document["last_sync"]).utcoffset() == timedelta(0)
    assert abs(datetime.now(timezone.utc) - datetime.fromisoformat(document["last_sync"])) < timedelta(minutes=5)
    assert {**document, "last_sync": "", "problems": [], "held_back": []} == {
        "version": VERSION,
        "dags_dir": str(workspace.dags),
        "complete": True,
        "error": "",
        "last_sync": "",
        "jobs": [
            {
                "dag_id": "shop_job_0",
                "package": "shop",
                "job": "job_0",
                "description": 'Quote " backslash \\ umlaut ü',
                "source": "shop/jobs/job_0.py",
            }
        ],
        "problems": [],
        "held_back": [],
    }
    assert [(problem["path"], problem["code"]) for problem in document["problems"]] == [
        ("shop/jobs/broken.py", "syntax"),
        (f"shop/jobs/{HOSTILE_NAME}", "invalid-name"),
    ]
    assert {frozenset(problem) for problem in document["problems"]} == {
        frozenset(("path", "line", "column", "code", "severity", "message"))
    }
    assert document["held_back"][0] == {
        "file": "shop_job_1_dag.py",
        "source": "shop/jobs/job_1.py",
        "reason": "7 of 8 DAGs at once; seen in 1 of 3 full passes (at once with: sync --once --allow-mass-delete)",
    }
    assert len(document["held_back"]) == 7


SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(\{(?P<label>[a-z]+)="(?P<value>[a-z0-9.]+)"\})? (?P<number>[0-9]+(\.[0-9]+)?(e-[0-9]+)?)'
)


def test_metrics_are_prometheus_text_and_no_name_of_a_person_is_a_label(loop):
    lines = loop.get("/metrics").split("\n")
    assert lines.pop() == ""
    kinds, samples = {}, {}
    for line in lines:
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds, "a family may be declared once"
            kinds[name] = family = kind, name
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            assert family == (kinds[sample["name"]][0], sample["name"]), (
                "samples follow the declaration of their family"
            )
            samples[sample["name"], sample["label"], sample["value"]] = float(sample["number"])
    assert set(kinds.values()) <= {(kind, name) for name, (kind, _) in kinds.items()}
    assert {kind for kind, _ in kinds.values()} == {"gauge", "counter"}
    assert all(name.endswith("_total") == (kind == "counter") for kind, name in kinds.values())
    assert {(label, value) for _, label, value in samples if label} == {
        ("version", VERSION),
        ("severity", "error"),
        ("severity", "warning"),
        ("action", "create"),
        ("action", "update"),
        ("action", "delete"),
    }
    prefix = "airflow_control_plane"
    expected = {
        (f"{prefix}_jobs", None, None): 1,
        (f"{prefix}_held_back", None, None): 7,
        (f"{prefix}_kept", None, None): 0,
        (f"{prefix}_complete", None, None): 1,
        (f"{prefix}_problems", "severity", "error"): 2,
        (f"{prefix}_problems", "severity", "warning"): 0,
        (f"{prefix}_failures_total", None, None): 0,
        (f"{prefix}_changes_total", "action", "create"): 1,  # the problems file
    }
    assert {key: samples[key] for key in expected} == expected
    now = time.time()
    assert now - 300 < samples[f"{prefix}_last_success_timestamp_seconds", None, None] <= now


@pytest.mark.parametrize("path", ["/", "/healthz/", "/metrics2", "/../etc/passwd", "/%2e%2e/status", "//status/"])
def test_any_other_path_is_not_found(path, loop):
    with pytest.raises(HTTPError) as refusal:
        loop.get(path)
    assert refusal.value.code == 404
    assert refusal.value.read() == b"expected /healthz, /status or /metrics\n"


@pytest.mark.parametrize(
    "request_bytes",
    [b"POST /status HTTP/1.0\r\nContent-Length: 9\r\n\r\n", b"\r\n", b"\0" * 1000, b"GET " + b"/" * 100_000 + b"\r\n"],
    ids=["post", "empty", "zeros", "long"],
)
def test_nonsense_is_refused_and_hurts_nobody(request_bytes, loop):
    with socket.create_connection(("127.0.0.1", loop.port), timeout=10) as client:
        try:
            client.sendall(request_bytes)
            client.shutdown(socket.SHUT_WR)
            answer = client.makefile("rb").read()
        except OSError:  # it hung up before it had read all of it
            answer = b""
    assert b" 200 " not in answer
    assert loop.is_serving()


@contextmanager
def slow_clients(port, count, drip):
    """Clients that connect, and then say nothing or a byte a second, but never an end."""
    over = threading.Event()
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count)]

        def write():
            while not over.wait(1):
                for client in clients:
                    try:
                        client.send(drip)
                    except OSError:
                        continue

        writer = threading.Thread(target=write)
        writer.start()
        try:
            yield
        finally:
            over.set()
            writer.join()


@pytest.mark.parametrize("drip", [b"", b"G"], ids=["silent", "dripping"])
@pytest.mark.parametrize("count", [8, 60])
def test_slow_clients_cannot_keep_a_probe_waiting(count, drip, loop):
    with slow_clients(loop.port, count, drip):
        for _ in range(5):
            started = time.monotonic()
            assert loop.get("/healthz") == "ok\n"
            assert time.monotonic() - started < PROBE_SECONDS


def test_many_honest_clients_at_once_are_all_served(loop):
    answers = []
    clients = [threading.Thread(target=lambda: answers.append(loop.get("/status"))) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert [json.loads(answer)["complete"] for answer in answers] == [True] * 8


def test_a_heart_that_stops_beating_is_seen(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(status_server, "time", SimpleNamespace(monotonic=lambda: now))
    board, port = Board(Status("/dags")), free_port()
    stop = status_server.serve("127.0.0.1", port, board)
    try:
        for age, code in [(0, 200), (119, 200), (120, 503), (10_000, 503)]:
            now = 1000.0 + age
            assert probe(port) == code
        board.beat()
        assert probe(port) == 200
    finally:
        stop()


def probe(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(REQUEST)
        return int(client.makefile().readline().split()[1])


def test_health_does_not_depend_on_the_packages_or_their_problems(workspace, tmp_path):
    elsewhere = Workspace(tmp_path)
    with elsewhere.sync_loop() as loop:
        eventually(loop.is_serving)
        eventually(lambda: loop.status()["error"])
        document = loop.status()
        assert (document["complete"], document["jobs"], document["last_sync"]) == (False, [], "")
        assert f"package root {elsewhere.packages} cannot be read" in document["error"]
        assert metric(loop.get("/metrics"), "airflow_control_plane_complete") == 0
        assert loop.is_serving()


def test_a_port_in_use_is_a_clear_error_at_start(workspace, loop):
    done = subprocess.run(
        [*COMMAND, *workspace.arguments("sync", "--status-port", str(loop.port))],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"airflow-control-plane: cannot serve the status on 127.0.0.1:{loop.port}: "
        "Address already in use; choose another --status-host or --status-port\n",
    )


@pytest.mark.parametrize(("flags", "is_open"), [((), False), (("--status-host", "0.0.0.0"), True)])
def test_other_machines_see_the_status_only_if_they_are_meant_to(flags, is_open, tmp_path):
    with Workspace(tmp_path).sync_loop(*flags) as loop:
        eventually(loop.is_serving)
        with socket.socket() as client:  # another address of this machine stands in for another machine
            assert (client.connect_ex(("127.0.0.2", loop.port)) == 0) is is_open


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", ""])
def test_a_port_that_is_none_is_refused(port, workspace):
    done = status_command(port)
    assert done.returncode == 2
    assert f"{port!r} is not a port, expected 1 to 65535" in done.stderr


def status_command(port, *flags):
    return subprocess.run(
        [*COMMAND, "status", f"--status-port={port}", *flags],
        env=environment(http_proxy="http://127.0.0.1:9"),  # a proxy has no business between the two
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def test_the_status_command_tells_people(loop, workspace):
    done = status_command(loop.port)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert re.fullmatch(rf"1 job\(s\) in {workspace.dags}, last sync 20\S+\+00:00", lines[0])
    assert lines[1] == "2 problem(s)"
    assert lines[2].startswith("  shop/jobs/broken.py:1:7: error: Python cannot parse this file: ")
    assert lines[3].startswith(r"  shop/jobs/evil\n\x1b[31m{}" + '"\\é.py: error: ')
    assert lines[4] == "7 DAG(s) of removed jobs held back"
    assert lines[5].startswith("  shop_job_1_dag.py: 7 of 8 DAGs at once; ")
    assert len(lines) == 5 + 7


def test_the_status_command_hands_programs_the_document(loop):
    done = status_command(loop.port, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert {**json.loads(done.stdout), "last_sync": ""} == {**loop.status(), "last_sync": ""}


def test_the_status_command_ends_with_3_when_nothing_listens():
    port = free_port()
    done = status_command(port)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"airflow-control-plane: no sidecar answers on http://127.0.0.1:{port}/status (")
    assert done.stderr.endswith("Connection refused); is sync running here?\n")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.0 500 Oops\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\n\r\n[]",
        b"HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\n\r\n{}",
    ],
)
def test_the_status_command_ends_with_3_when_something_else_listens(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        done = status_command(server.getsockname()[1])
    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(r"airflow-control-plane: no sidecar answers on .+\n", done.stderr)
