"""Paths, names and addresses of the cluster, defined in this one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Settings:
    repository: Path = REPOSITORY
    runtime: Path = Path("/run/airflow-e2e")
    name: str = "airflow-e2e"
    bridge: str = "airflow-e2e0"
    # The node uses the address of the pods' bridge, so that no packet needs another device.
    node_address: str = "10.244.0.1"
    pod_subnet: str = "10.244.0.0/24"
    service_subnet: str = "10.96.0.0/16"
    kubernetes_service: str = "10.96.0.1"
    api_port: int = 6443
    storage_class: str = "local"

    @property
    def binaries(self) -> Path:
        return self.repository / ".bin"

    @property
    def images(self) -> Path:
        return self.binaries / "images"

    @property
    def state(self) -> Path:
        return self.repository / ".cluster"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def certificates(self) -> Path:
        return self.state / "certificates"

    @property
    def volumes(self) -> Path:
        return self.state / "volumes"

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    @property
    def containerd_socket(self) -> Path:
        return self.runtime / "containerd.sock"

    @property
    def kubectl(self) -> list[str]:
        return [str(self.binaries / "kubectl"), "--kubeconfig", str(self.kubeconfig)]

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def kubeconfig_of(self, component: str) -> Path:
        return self.certificates / f"{component}.kubeconfig"
