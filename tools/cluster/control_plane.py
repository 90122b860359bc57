"""etcd, the API server, the controller manager and the scheduler: how each is started, and when it is ready."""

from __future__ import annotations

from .commands import succeeds
from .processes import Daemon, ensure
from .settings import Settings
from .waiting import answers

ETCD = "http://127.0.0.1:2379"


def up(settings: Settings) -> None:
    kubectl = [*settings.kubectl, "--request-timeout=2s"]
    ensure(settings, etcd(settings), lambda: answers(f"{ETCD}/health"))
    ensure(settings, api_server(settings), lambda: succeeds([*kubectl, "get", "--raw", "/readyz"]))
    ensure(settings, controller_manager(settings), lambda: succeeds([*kubectl, "get", "serviceaccount", "default"]))
    ensure(settings, scheduler(settings), lambda: True)


def etcd(settings: Settings) -> Daemon:
    return Daemon.of(
        "etcd",
        settings.binaries / "etcd",
        f"--data-dir={settings.state}/etcd",
        f"--listen-client-urls={ETCD}",
        f"--advertise-client-urls={ETCD}",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--unsafe-no-fsync",
    )


def api_server(settings: Settings) -> Daemon:
    keys = settings.certificates
    return Daemon.of(
        "kube-apiserver",
        settings.binaries / "kube-apiserver",
        f"--etcd-servers={ETCD}",
        # On the bridge instead of loopback, so that pods reach kubernetes.default.
        f"--bind-address={settings.node_address}",
        f"--advertise-address={settings.node_address}",
        f"--secure-port={settings.api_port}",
        f"--service-cluster-ip-range={settings.service_subnet}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        f"--client-ca-file={keys}/ca.crt",
        f"--tls-cert-file={keys}/apiserver.crt",
        f"--tls-private-key-file={keys}/apiserver.key",
        f"--kubelet-client-certificate={keys}/apiserver-to-kubelet.crt",
        f"--kubelet-client-key={keys}/apiserver-to-kubelet.key",
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={keys}/service-accounts.key",
        f"--service-account-signing-key-file={keys}/service-accounts.key",
    )


def controller_manager(settings: Settings) -> Daemon:
    return Daemon.of(
        "kube-controller-manager",
        settings.binaries / "kube-controller-manager",
        f"--kubeconfig={settings.kubeconfig_of('controller-manager')}",
        "--use-service-account-credentials",
        f"--service-account-private-key-file={settings.certificates}/service-accounts.key",
        f"--root-ca-file={settings.certificates}/ca.crt",
        "--allocate-node-cidrs=false",
        "--leader-elect=false",
    )


def scheduler(settings: Settings) -> Daemon:
    return Daemon.of(
        "kube-scheduler",
        settings.binaries / "kube-scheduler",
        f"--kubeconfig={settings.kubeconfig_of('scheduler')}",
        "--leader-elect=false",
    )
