"""What the sidecar reports about itself: /healthz, /status, /metrics, and the `status` command."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest
from _workspace import COMMAND, Workspace, environment, eventually, free_port, metric
from airflow_control_plane.sync import status
from airflow_control_plane.sync.status import Board, Status
from airflow_control_plane.sync.status_server import serve
from airflow_control_plane.version import VERSION
from hostile_cases import run

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


def test_status_is_the_documented_json(loop, workspace):
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
                "package_name": "shop",
                "job_name": "job_0",
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
        "reason": "7 of 8 DAGs would be deleted at once; seen in 1 of 3 full passes "
        "(now: sync --once --allow-mass-delete)",
    }
    assert len(document["held_back"]) == 7


SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(\{(?P<label>[a-z]+)="(?P<value>[a-z0-9.]+)"\})? (?P<number>[0-9]+(\.[0-9]+)?(e-[0-9]+)?)'
)


def test_metrics_are_in_the_text_format_of_prometheus_and_no_job_name_is_a_label(loop):
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
def test_an_invalid_request_is_refused_and_the_server_goes_on(request_bytes, loop):
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
    """Clients that connect and then send nothing, or one byte after another, but never a whole request."""
    started, over = threading.Event(), threading.Event()
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count)]

        def write():
            while not over.is_set():
                for client in clients:
                    with suppress(OSError):  # the server has dropped this client
                        client.send(drip)
                started.set()
                over.wait(0.05)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert started.wait(timeout=10)
            yield
        finally:
            over.set()
            writer.join()


@pytest.mark.parametrize("drip", [b"", b"G"], ids=["silent", "dripping"])
@pytest.mark.parametrize("count", [8, 60])
def test_slow_clients_do_not_keep_a_probe_waiting(count, drip, loop):
    with slow_clients(loop.port, count, drip):
        for _ in range(5):
            started = time.monotonic()
            assert loop.get("/healthz") == "ok\n"
            assert time.monotonic() - started < PROBE_SECONDS


def test_several_clients_at_once_are_all_served(loop):
    answers = []
    clients = [threading.Thread(target=lambda: answers.append(loop.get("/status"))) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert [json.loads(answer)["complete"] for answer in answers] == [True] * 8


def test_healthz_fails_when_the_loop_has_not_moved_for_two_minutes(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(status, "time", SimpleNamespace(monotonic=lambda: now))
    board, port = Board(Status("/dags")), free_port()
    stop = serve("127.0.0.1", port, board)
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


def test_healthz_does_not_depend_on_the_packages(tmp_path):
    elsewhere = Workspace(tmp_path)
    with elsewhere.sync_loop() as loop:
        eventually(loop.is_serving)
        eventually(lambda: loop.status()["error"])
        document = loop.status()
        assert (document["complete"], document["jobs"], document["last_sync"]) == (False, [], "")
        assert f"the package root {elsewhere.packages} cannot be read" in document["error"]
        assert metric(loop.get("/metrics"), "airflow_control_plane_complete") == 0
        assert loop.is_serving()


def test_a_second_sync_beside_a_running_one_says_to_use_once(workspace, loop):
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
        f"airflow-control-plane: port {loop.port} is in use, probably by a `sync` that is already running here; "
        "use --once for a single pass, or choose another --status-port\n",
    )


def test_an_address_of_another_machine_is_refused(workspace):
    done = subprocess.run(
        [*COMMAND, *workspace.arguments("sync", "--status-host", "192.0.2.1")],  # an address for documentation
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "airflow-control-plane: cannot serve the status on 192.0.2.1:8975: Cannot assign requested address; "
        "choose another --status-host or --status-port\n",
    )


@pytest.mark.parametrize(("flags", "is_open"), [((), False), (("--status-host", "0.0.0.0"), True)])
def test_the_status_is_served_to_other_machines_only_if_asked(flags, is_open, tmp_path):
    with Workspace(tmp_path).sync_loop(*flags) as loop:
        eventually(loop.is_serving)
        with socket.socket() as client:  # another address of this machine, instead of another machine
            assert (client.connect_ex(("127.0.0.2", loop.port)) == 0) is is_open


@pytest.fixture
def status_command(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # a proxy must not be used
    return lambda port, *flags: run("status", "--status-port", str(port), *flags)


def test_the_status_command_prints_text(status_command, loop, workspace):
    done = status_command(loop.port)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert re.fullmatch(rf"1 job\(s\) in {workspace.dags}, last sync 20\S+\+00:00", lines[0])
    assert lines[1] == "2 problem(s)"
    assert lines[2].startswith("  shop/jobs/broken.py:1:7: error: Python cannot parse this file: ")
    assert lines[3].startswith(r"  shop/jobs/evil\n\x1b[31m{}" + '"\\é.py: error: ')
    assert lines[4] == "7 DAG(s) whose deletion is held back"
    assert lines[5].startswith("  shop_job_1_dag.py: 7 of 8 DAGs would be deleted at once; ")
    assert len(lines) == 5 + 7


def test_the_status_command_prints_the_same_json_as_status(status_command, loop):
    done = status_command(loop.port, "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert {**json.loads(done.out), "last_sync": ""} == {**loop.status(), "last_sync": ""}


def test_the_status_command_exits_3_if_nothing_listens(status_command):
    port = free_port()
    done = status_command(port)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"airflow-control-plane: no sidecar answers at http://127.0.0.1:{port}/status (")
    assert done.err.endswith("Connection refused); is `sync` running here?\n")


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
    ids=["nothing", "ssh", "error_500", "text", "a_list", "too_short", "an_empty_object"],
)
def test_the_status_command_exits_3_if_another_program_listens(answer, status_command):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        done = status_command(server.getsockname()[1])
    assert (done.code, done.out) == (3, "")
    assert re.fullmatch(r"airflow-control-plane: no sidecar answers at .+; is `sync` running here\?\n", done.err)
