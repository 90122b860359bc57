"""The part of Airflow's REST API that the checks of `helm test` use. Standard library only."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 15


class Failure(Exception):
    """A message that says what does not work and what to do about it."""


def setting(name: str) -> str:
    """The value of an environment variable of the test pod."""
    return os.environ[name]


def request_json(url: str, token: str | None = None, body: dict[str, Any] | None = None) -> Any:
    """The JSON answer to a GET request, or to a POST request if there is a body."""
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        detail = error.read(2000).decode("utf-8", "replace")
        raise Failure(f"{request.get_method()} {url} returned {error.code} {error.reason}: {detail}") from None
    except (OSError, ValueError) as error:
        raise Failure(f"{request.get_method()} {url} failed: {error}. {where_to_look()}") from None


def where_to_look() -> str:
    """A hint with the command that shows the state of all pods."""
    release, namespace = setting("RELEASE"), setting("NAMESPACE")
    return f"See: kubectl get pods -n {namespace} -l app.kubernetes.io/instance={release}"


class Airflow:
    """A client that is logged in as the first user."""

    def __init__(self) -> None:
        self.url = setting("AIRFLOW_URL")
        user = setting("ADMIN_USERNAME")
        password = Path(setting("ADMIN_PASSWORD_FILE")).read_text(encoding="utf-8").strip()
        try:
            answer = request_json(f"{self.url}/auth/token", body={"username": user, "password": password})
        except Failure as failure:
            raise Failure(
                f"Cannot log in as {user}: {failure} If the password was changed in the UI, put the new one into the "
                "Secret that `helm get notes` names."
            ) from None
        self._token = answer["access_token"]

    def get(self, path: str) -> Any:
        return request_json(f"{self.url}/api/v2/{path}", self._token)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return request_json(f"{self.url}/api/v2/{path}", self._token, body)

    def get_all(self, path: str, key: str) -> list[dict[str, Any]]:
        """All items of a collection, page by page."""
        items: list[dict[str, Any]] = []
        while True:
            separator = "&" if "?" in path else "?"
            page = self.get(f"{path}{separator}limit=100&offset={len(items)}")
            items += page[key]
            if not page[key] or len(items) >= page["total_entries"]:
                return items


def await_no_failures(check: Callable[[], list[str]], seconds: float) -> None:
    """Repeats a check until it finds no failure. Raises the last failures after the given time."""
    deadline = time.monotonic() + seconds
    waiting = False
    while True:
        try:
            failures = check()
        except Failure as failure:
            failures = [str(failure)]
        if not failures:
            return
        if time.monotonic() > deadline:
            raise Failure("\n".join(failures))
        if not waiting:
            print(f"Waiting up to {seconds:.0f} seconds for this to change:", *failures, sep="\n")
            waiting = True
        time.sleep(3)


def run_check(check: Callable[[], str]) -> int:
    """Runs a check, prints what it returns or why it failed, and returns the exit code."""
    try:
        print(f"OK: {check()}")
        return 0
    except Failure as failure:
        print(f"FAILED\n{failure}", file=sys.stderr)
        return 1
