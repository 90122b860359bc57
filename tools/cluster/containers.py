"""Stops every container of the cluster and removes what they leave in the kernel and on disk."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from .commands import output_of, succeeds
from .mounts import unmount_below
from .node import ctr
from .settings import Settings
from .waiting import wait_until

NETWORK_NAMESPACES = Path("/run/netns")
CNI_RESULTS = Path("/var/lib/cni/results")
# The kubelet creates this folder even if its root folder is a different one.
DEVICE_PLUGINS = Path("/var/lib/kubelet/device-plugins")


def remove_all(settings: Settings) -> None:
    """Needs a running containerd and a stopped kubelet, which would start the containers again."""
    client = ctr(settings)
    names = output_of([*client, "containers", "list", "--quiet"]).split()
    namespaces = {network_namespace(output_of([*client, "containers", "info", name])) for name in names}
    for task in output_of([*client, "tasks", "list", "--quiet"]).split():
        succeeds([*client, "tasks", "kill", "--signal=SIGKILL", task])
    for name in names:
        succeeds([*client, "tasks", "delete", "--force", name])
        output_of([*client, "containers", "delete", name])
        for result in CNI_RESULTS.glob(f"*-{name}-*"):
            result.unlink()
    log = settings.log("containerd")
    wait_until(lambda: not output_of([*client, "tasks", "list", "--quiet"]), "all containers have ended", log=log)
    # Removing a network namespace removes its end of the pod's veth pair, and with it the end on the bridge.
    for namespace in filter(None, namespaces):
        unmount_below(NETWORK_NAMESPACES / namespace)
        (NETWORK_NAMESPACES / namespace).unlink(missing_ok=True)


def network_namespace(info: str) -> str | None:
    """The network namespace that the CNI plugins set up, from containerd's record of a container."""
    for namespace in json.loads(info)["Spec"]["linux"]["namespaces"]:
        if namespace["type"] == "network" and "path" in namespace:
            path = Path(namespace["path"])
            return path.name if path.parent.name == "netns" else None
    return None


def remove_traces(settings: Settings) -> None:
    """Remove what the kubelet wrote outside the cluster's own folders."""
    shutil.rmtree(DEVICE_PLUGINS, ignore_errors=True)
    for link in Path("/var/log/containers").glob("*"):
        if link.is_symlink() and Path(os.readlink(link)).is_relative_to(settings.state):
            link.unlink()
    for hierarchy in [Path("/sys/fs/cgroup"), *Path("/sys/fs/cgroup").iterdir()]:
        if (hierarchy / "kubepods").is_dir():
            remove_control_groups(hierarchy / "kubepods")


def remove_control_groups(folder: Path) -> None:
    """A control group can be removed once it has no children. Its files belong to the kernel and need no removal."""
    for child in folder.iterdir():
        if child.is_dir():
            remove_control_groups(child)
    folder.rmdir()
