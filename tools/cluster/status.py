"""Shows what is running."""

from __future__ import annotations

from . import lifecycle, processes
from .commands import output_of
from .settings import Settings


def show(settings: Settings) -> int:
    """Return 0 if every daemon is alive and 1 if not, for use in scripts."""
    owner = lifecycle.owner(settings)
    if owner != settings.repository:
        elsewhere = f"; the cluster on this machine belongs to {owner}" if owner else ""
        print(f"{settings.repository} has no running cluster{elsewhere}")
        return 1
    running = {name: processes.running(settings, name) for name in lifecycle.DAEMONS}
    for name, record in running.items():
        print(f"{name:<26}{f'pid {record.pid}' if record else f'not running, see {settings.log(name)}'}")
    if not all(running.values()):
        return 1
    print(output_of([*settings.kubectl, "get", "nodes,pods", "--all-namespaces"]), end="")
    return 0
