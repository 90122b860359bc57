"""The node: containerd, the kubelet, kube-proxy, and CoreDNS for the names of Services."""

from __future__ import annotations

from . import configuration
from .commands import output_of, succeeds
from .processes import Daemon, ensure
from .settings import Settings


def start_containerd(settings: Settings) -> None:
    write(settings, "containerd.toml", configuration.containerd(settings))
    write(settings, "registries/_default/hosts.toml", configuration.no_registry())
    write(settings, "cni/10-bridge.conflist", configuration.pod_network(settings))
    ensure(settings, containerd(settings), lambda: succeeds([*ctr(settings), "version"]))


def join(settings: Settings) -> None:
    write(settings, "kubelet.json", configuration.kubelet(settings))
    write(settings, "Corefile", configuration.corefile(settings))
    ensure(settings, kubelet(settings), lambda: is_ready(settings))
    ensure(settings, proxy(settings), lambda: succeeds(["iptables", "-t", "nat", "-L", "KUBE-SERVICES"]))
    ensure(settings, coredns(settings), lambda: resolves(settings))


def ctr(settings: Settings) -> list[str]:
    """containerd's command-line client, in the namespace that the kubelet uses."""
    return ["ctr", "--address", str(settings.containerd_socket), "--namespace", "k8s.io"]


def is_ready(settings: Settings) -> bool:
    condition = '{.status.conditions[?(@.type=="Ready")].status}'
    get_node = [*settings.kubectl, "get", "node", settings.name, "--ignore-not-found", "-o", f"jsonpath={condition}"]
    return output_of(get_node) == "True"


def resolves(settings: Settings) -> bool:
    return succeeds(["busybox", "nslookup", "kubernetes.default.svc.cluster.local", settings.node_address])


def containerd(settings: Settings) -> Daemon:
    return Daemon.of("containerd", "containerd", "--config", settings.state / "containerd.toml")


def kubelet(settings: Settings) -> Daemon:
    return Daemon.of(
        "kubelet",
        settings.binaries / "kubelet",
        f"--config={settings.state}/kubelet.json",
        f"--kubeconfig={settings.kubeconfig_of('kubelet')}",
        f"--root-dir={settings.state}/kubelet",
        f"--cert-dir={settings.state}/kubelet/certificates",
        f"--hostname-override={settings.name}",
        f"--node-ip={settings.node_address}",
    )


def proxy(settings: Settings) -> Daemon:
    return Daemon.of(
        "kube-proxy",
        settings.binaries / "kube-proxy",
        f"--kubeconfig={settings.kubeconfig_of('proxy')}",
        "--proxy-mode=iptables",
        f"--cluster-cidr={settings.pod_subnet}",
        f"--hostname-override={settings.name}",
        # Leave the machine's connection tracking limits alone.
        "--conntrack-max-per-core=0",
        "--conntrack-tcp-timeout-established=0s",
        "--conntrack-tcp-timeout-close-wait=0s",
    )


def coredns(settings: Settings) -> Daemon:
    return Daemon.of("coredns", settings.binaries / "coredns", "-conf", settings.state / "Corefile")


def write(settings: Settings, name: str, text: str) -> None:
    path = settings.state / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
