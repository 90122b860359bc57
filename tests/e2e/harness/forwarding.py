"""How a test reaches a Service: `kubectl port-forward`, which works on every cluster."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tools.cluster.commands import CommandError

from .commands import program


@contextmanager
def port_forward(namespace: str, target: str, port: int) -> Iterator[str]:
    """The URL of a port of a pod or Service, for example port 80 of `svc/airflow-webserver`.

    The URL leads to one pod and stops working with it: after a rollout, forward again.
    """
    command = ["kubectl", "port-forward", f"--namespace={namespace}", target, f":{port}"]
    with forwarding(*command) as address:
        yield f"http://{address}"


@contextmanager
def forwarding(*command: str) -> Iterator[str]:
    """Run a `kubectl port-forward` command and yield the local address that it listens on."""
    process = subprocess.Popen(
        [program(command[0]), *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        first_line = process.stdout.readline()
        listening = re.match(r"Forwarding from (127\.0\.0\.1:\d+)", first_line)
        if listening is None:
            raise CommandError(command, "does not forward", first_line)
        yield listening[1]
    finally:
        process.kill()
        process.communicate()
