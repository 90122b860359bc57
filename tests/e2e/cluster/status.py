"""What runs, for a person to read."""

from __future__ import annotations

from . import lifecycle, processes
from .settings import Settings
from .steps import output_of


def show(settings: Settings) -> int:
    """0 if every daemon is alive, 1 if not: a script can ask too."""
    owner = lifecycle.owner(settings)
    if owner != settings.repository:
        print(f"no cluster of {settings.repository} runs here" + (f"; {owner} has one" if owner else ""))
        return 1
    alive = True
    for name in lifecycle.DAEMONS:
        record = processes.read(settings, name)
        runs = record is not None and record.alive
        print(f"{name:<26}{'pid ' + str(record.pid) if runs else 'does not run: ' + str(settings.log(name))}")
        alive = alive and runs
    if alive:
        kubectl = [settings.binaries / "kubectl", "--kubeconfig", settings.kubeconfig]
        print(output_of([*kubectl, "get", "nodes,pods", "--all-namespaces"]))
    return 0 if alive else 1
