"""A way from the test to a Service: `kubectl port-forward`, which works on every cluster."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from .commands import CommandError, program


@contextmanager
def port_forward(namespace: str, target: str, port: int) -> Iterator[str]:
    """The URL under which a port of a pod or Service answers, such as `svc/airflow-webserver`, 80.

    It ends with the pod that it leads to: open it again after a roll.
    """
    command = ["kubectl", "port-forward", f"--namespace={namespace}", target, f":{port}"]
    with forwarding(*command) as address:
        yield f"http://{address}"


@contextmanager
def forwarding(*command: str) -> Iterator[str]:
    """Run a `kubectl port-forward` and tell the address on this machine that it forwards."""
    process = subprocess.Popen(
        [program(command[0]), *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        listening = re.match(r"Forwarding from (127\.0\.0\.1:\d+)", said)
        if listening is None:
            raise CommandError(" ".join(command), "does not forward", said)
        yield listening[1]
    finally:
        process.kill()
        process.communicate()
