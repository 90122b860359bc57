"""Serves /healthz, /status and /metrics over HTTP."""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Any

from airflow_control_plane.model.errors import UsageError
from airflow_control_plane.sync.status import Board, to_dict, to_metrics

_CLIENT_SECONDS = 5
_MAX_CLIENTS = 8


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32

    def __init__(self, host: str, port: int, board: Board) -> None:
        self.board = board
        self._clients: list[Any] = []  # oldest first
        self._clients_lock = threading.Lock()
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Drops the oldest client if there are too many: slow ones must not keep a probe waiting."""
        with self._clients_lock:
            self._clients.append(request)
            if len(self._clients) > _MAX_CLIENTS:
                with suppress(OSError):
                    self._clients.pop(0).shutdown(SHUT_RDWR)  # its thread notices and closes it
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._clients_lock, suppress(ValueError):
            self._clients.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """A client that hangs up is not worth a log line."""


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
        silence = self.server.board.silence
        self._send(503 if silence else 200, "text/plain", f"{silence or 'ok'}\n")

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
        """Probes and scrapes would flood the log."""


def serve(host: str, port: int, board: Board) -> Callable[[], None]:
    """Serves in the background; returns a function that stops it. Raises UsageError if the address cannot be used."""
    try:
        server = _Server(host, port, board)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} is in use, probably by a `sync` that is already running here"
            raise UsageError(f"{reason}; use --once for a single pass, or choose another --status-port") from None
        reason = f"cannot serve the status on {host}:{port}: {error.strerror}"
        raise UsageError(f"{reason}; choose another --status-host or --status-port") from None
    threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
    return server.shutdown


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds") if seconds else ""
