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
    command = [program("kubectl"), "port-forward", f"--namespace={namespace}", target, f":{port}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        listening = re.match(r"Forwarding from (127\.0\.0\.1:\d+)", said)
        if listening is None:
            raise CommandError(" ".join(command[1:]), "does not forward", said)
        yield f"http://{listening[1]}"
    finally:
        process.kill()
        process.communicate()
