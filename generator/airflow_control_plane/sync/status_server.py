"""/healthz, /status and /metrics over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Any

from airflow_control_plane.model.errors import UsageError
from airflow_control_plane.sync.status import Status, to_dict, to_metrics

DEFAULT_PORT = 8975
_CLIENT_SECONDS = 5
_MAX_CLIENTS = 8
_HEARTBEAT_SECONDS = 120


class Board:
    """Where the loop pins its status and its heartbeat, and the server reads them."""

    def __init__(self, status: Status) -> None:
        self.status = status
        self.beat()

    def beat(self) -> None:
        self._last_beat = time.monotonic()

    def is_beating(self) -> bool:
        return time.monotonic() - self._last_beat < _HEARTBEAT_SECONDS


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32

    def __init__(self, host: str, port: int, board: Board) -> None:
        self.board = board
        self._clients: list[Any] = []  # oldest first
        self._clients_lock = threading.Lock()
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Of too many clients the oldest has to go: slow ones cannot keep a probe waiting."""
        with self._clients_lock:
            self._clients.append(request)
            if len(self._clients) > _MAX_CLIENTS:
                with suppress(OSError):
                    self._clients.pop(0).shutdown(SHUT_RDWR)  # its thread sees the end and closes it
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._clients_lock, suppress(ValueError):
            self._clients.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _CLIENT_SECONDS
    server: _Server

    def do_GET(self) -> None:
        answer = {"/healthz": self._healthz, "/status": self._status, "/metrics": self._metrics}.get(self.path)
        if answer is None:
            self._send(404, "text/plain", "expected /healthz, /status or /metrics\n")
        else:
            answer()

    def _healthz(self) -> None:
        if self.server.board.is_beating():
            self._send(200, "text/plain", "ok\n")
        else:
            self._send(503, "text/plain", f"the sync loop has not moved for {_HEARTBEAT_SECONDS} s\n")

    def _status(self) -> None:
        status = self.server.board.status
        self._send(200, "application/json", json.dumps(to_dict(status, _timestamp(status.last_success))) + "\n")

    def _metrics(self) -> None:
        self._send(200, "text/plain; version=0.0.4", to_metrics(self.server.board.status))

    def _send(self, code: int, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Probes and scrapes would drown the log."""


def serve(host: str, port: int, board: Board) -> Callable[[], None]:
    """Serves in the background; returns what ends it. Raises UsageError if that cannot be served."""
    try:
        server = _Server(host, port, board)
    except OSError as error:
        what = f"cannot serve the status on {host}:{port}: {error.strerror}"
        raise UsageError(f"{what}; choose another --status-host or --status-port") from None
    threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
    return server.shutdown


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds") if seconds else ""
