"""Finds Airflow's database and waits until it accepts connections. Does not import Airflow, which is slow."""

from __future__ import annotations

import os
import re
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTION_VARIABLE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
DEFAULT_PORT = 5432


class DatabaseError(Exception):
    """Why the database cannot be used, and what to do about it."""


@dataclass(frozen=True)
class Address:
    """Host and port of a database server."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def connection_url() -> str:
    """The URL that Airflow uses, without the name of the Python driver, which libpq does not understand."""
    url = os.environ.get(CONNECTION_VARIABLE, "")
    if not url.startswith("postgresql"):
        raise DatabaseError(
            f"{CONNECTION_VARIABLE} must be postgresql+psycopg2://user:password@host:5432/name. "
            "Its value comes from the Secret in secrets.database.existingSecret."
        )
    return re.sub(r"^postgresql\+\w+:", "postgresql:", url)


def address(url: str) -> Address:
    """The server in a URL."""
    try:
        parts = urlsplit(url)
        return Address(parts.hostname or "localhost", parts.port or DEFAULT_PORT)
    except ValueError as error:
        raise DatabaseError(
            f"{CONNECTION_VARIABLE} is not a valid URL ({error}). "
            "Percent-encode the characters / : @ # in the password."
        ) from None


def await_server(server: Address, deadline: float) -> None:
    """Returns as soon as the server accepts a connection. The deadline is a time of time.monotonic()."""
    announced = False
    while True:
        try:
            socket.create_connection((server.host, server.port), timeout=5).close()
            return
        except OSError as error:
            reason = error
        if time.monotonic() > deadline:
            raise DatabaseError(
                f"The database at {server} cannot be reached: {reason}. "
                "Check that it is running, its host and port, and the network policies between it and this pod."
            )
        if not announced:
            print(f"Waiting for the database at {server}: {reason}")
            announced = True
        time.sleep(1)
