"""Where Airflow's database is, and waiting until something listens there. Cheap: no Airflow is imported."""

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
    """What stands between this pod and the database, in words for the person who reads the log."""


@dataclass(frozen=True)
class Address:
    """Host and port of a database server."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def connection_url() -> str:
    """The URL that Airflow uses, as libpq reads it: without the name of a Python driver."""
    url = os.environ.get(CONNECTION_VARIABLE, "")
    if not url.startswith("postgresql"):
        raise DatabaseError(
            f"{CONNECTION_VARIABLE} must be postgresql+psycopg2://user:password@host:5432/name. "
            "It comes from the Secret that secrets.database.existingSecret names."
        )
    return re.sub(r"^postgresql\+\w+:", "postgresql:", url)


def address(url: str) -> Address:
    """The server that a URL names."""
    try:
        parts = urlsplit(url)
        return Address(parts.hostname or "localhost", parts.port or DEFAULT_PORT)
    except ValueError as error:
        raise DatabaseError(
            f"{CONNECTION_VARIABLE} cannot be read as a URL ({error}). "
            "Characters such as / : @ # in the password must be percent-encoded."
        ) from None


def await_server(server: Address, deadline: float) -> None:
    """Returns once the server takes a connection; raises when time.monotonic() has passed the deadline."""
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
                "Check that it runs, its host and port, and the network policies between it and this pod."
            )
        if not announced:
            print(f"Waiting for the database at {server}: {reason}")
            announced = True
        time.sleep(1)
