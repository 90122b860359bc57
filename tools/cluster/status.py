"""What runs, for a person to read."""

from __future__ import annotations

from . import lifecycle, processes
from .commands import output_of
from .settings import Settings


def show(settings: Settings) -> int:
    """0 if every daemon is alive, 1 if not: a script can ask too."""
    owner = lifecycle.owner(settings)
    if owner != settings.repository:
        print(f"no cluster of {settings.repository} runs here" + (f"; {owner} has one" if owner else ""))
        return 1
    running = {name: processes.running(settings, name) for name in lifecycle.DAEMONS}
    for name, record in running.items():
        print(f"{name:<26}{f'pid {record.pid}' if record else f'does not run, see {settings.log(name)}'}")
    if not all(running.values()):
        return 1
    print(output_of([*settings.kubectl, "get", "nodes,pods", "--all-namespaces"]), end="")
    return 0
