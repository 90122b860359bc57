"""The pods' bridge, and the rules that keep every packet of the cluster on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from .commands import output_of, run, succeeds
from .settings import Settings
from .steps import ClusterError

# Changed here, by the kubelet or by kube-proxy; `down` restores the machine's own values.
SYSCTLS = (
    "kernel.panic",
    "kernel.panic_on_oops",
    "net.ipv4.conf.all.route_localnet",
    "net.ipv4.ip_forward",
    "vm.overcommit_memory",
)
TABLES = ("filter", "nat", "mangle")


def up(settings: Settings) -> None:
    log = settings.log("network")
    remember_sysctls(settings.runtime / "sysctls.json")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1\n")
    require_bridge_filtering(log)
    if not succeeds(["ip", "link", "show", settings.bridge]):
        run(["ip", "link", "add", settings.bridge, "type", "bridge"], log=log)
        prefix = settings.pod_subnet.partition("/")[2]
        run(["ip", "address", "add", f"{settings.node_address}/{prefix}", "dev", settings.bridge], log=log)
    run(["ip", "link", "set", settings.bridge, "up"], log=log)
    # Nothing is masqueraded, nothing leaves the bridge, and unused Service addresses are unreachable.
    if not succeeds(["iptables", "--check", *stay_on_bridge(settings)]):
        run(["iptables", "--insert", *stay_on_bridge(settings)], log=log)
    run(["ip", "route", "replace", "unreachable", settings.service_subnet], log=log)


def down(settings: Settings) -> None:
    log = settings.log("network")
    if succeeds(["iptables", "--check", *stay_on_bridge(settings)]):
        run(["iptables", "--delete", *stay_on_bridge(settings)], log=log)
    for iptables in ("iptables", "ip6tables"):
        for table in TABLES:
            remaining = without_kubernetes(output_of([f"{iptables}-save", "-t", table]))
            output_of([f"{iptables}-restore"], input=remaining)
    if succeeds(["ip", "link", "show", settings.bridge]):
        run(["ip", "link", "delete", settings.bridge], log=log)
    if output_of(["ip", "route", "show", "type", "unreachable", settings.service_subnet]).strip():
        run(["ip", "route", "delete", "unreachable", settings.service_subnet], log=log)
    restore_sysctls(settings.runtime / "sysctls.json")


def stay_on_bridge(settings: Settings) -> list[str]:
    return ["FORWARD", "-i", settings.bridge, "!", "-o", settings.bridge, "-j", "REJECT"]


def require_bridge_filtering(log: Path) -> None:
    """Without it, replies from a Service on the same bridge bypass address translation and are not recognized."""
    switch = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
    if not switch.exists():
        succeeds(["modprobe", "br_netfilter"])
    if not switch.exists():
        raise ClusterError(f"{switch} is missing: the kernel needs br_netfilter, built in or as a module", log)
    switch.write_text("1\n")


def without_kubernetes(saved: str) -> str:
    """The output of `iptables-save` without the chains and rules of kube-proxy, the kubelet and the CNI plugins."""

    def kept() -> Iterator[str]:
        for line in saved.splitlines():
            if not re.search(r"(^:|-[AIjg] )(KUBE|CNI)-", line):
                yield line + "\n"

    return "".join(kept())


def remember_sysctls(path: Path) -> None:
    if not path.exists():
        path.write_text(json.dumps({name: sysctl(name).read_text() for name in SYSCTLS}))


def restore_sysctls(path: Path) -> None:
    if path.exists():
        for name, value in json.loads(path.read_text()).items():
            sysctl(name).write_text(value)


def sysctl(name: str) -> Path:
    return Path("/proc/sys", *name.split("."))
