"""The text of the components' configuration files. Nothing here changes the machine."""

from __future__ import annotations

import base64
import json
from typing import Any

from .settings import Settings


def kubeconfig(settings: Settings, *, user: str, authority: bytes, certificate: bytes, key: bytes) -> str:
    """Certificates and keys are embedded, so that the file can be copied anywhere on this machine."""
    server = f"https://{settings.node_address}:{settings.api_port}"
    return as_json(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": settings.name,
                    "cluster": {"server": server, "certificate-authority-data": encoded(authority)},
                }
            ],
            "users": [
                {
                    "name": user,
                    "user": {"client-certificate-data": encoded(certificate), "client-key-data": encoded(key)},
                }
            ],
            "contexts": [{"name": settings.name, "context": {"cluster": settings.name, "user": user}}],
            "current-context": settings.name,
        }
    )


def containerd(settings: Settings) -> str:
    return f"""\
version = 2
root = "{settings.state}/containerd"
state = "{settings.runtime}/containerd"

[grpc]
  address = "{settings.containerd_socket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:e2e"
  # Without CAP_SYS_RESOURCE a process may not lower an OOM score, and runc fails if it tries.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{settings.state}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{settings.state}/registries"
"""


def no_registry() -> str:
    """The configuration of every registry: a pull fails at once on this machine and never goes to the network."""
    return 'server = "http://127.0.0.1:1"\n[host]\n'


def pod_network(settings: Settings) -> str:
    return as_json(
        {
            "cniVersion": "0.4.0",
            "name": settings.name,
            "plugins": [
                {
                    "type": "bridge",
                    "bridge": settings.bridge,
                    "isGateway": True,
                    "ipMasq": False,
                    "hairpinMode": True,
                    "ipam": {
                        "type": "host-local",
                        "dataDir": f"{settings.state}/addresses",
                        "ranges": [[{"subnet": settings.pod_subnet}]],
                        "routes": [{"dst": "0.0.0.0/0"}],
                    },
                },
                {"type": "portmap", "capabilities": {"portMappings": True}},
            ],
        }
    )


def kubelet(settings: Settings) -> str:
    return as_json(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": settings.node_address,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": f"{settings.certificates}/ca.crt"},
            },
            "authorization": {"mode": "Webhook"},
            "cgroupDriver": "cgroupfs",
            "failCgroupV1": False,
            "failSwapOn": False,
            "clusterDNS": [settings.node_address],
            "clusterDomain": "cluster.local",
            "containerRuntimeEndpoint": f"unix://{settings.containerd_socket}",
            "podLogsDir": f"{settings.state}/pod-logs",
            # The images are loaded once and cannot be pulled again, so a full disk must not remove any.
            "imageGCHighThresholdPercent": 100,
            "evictionHard": {"memory.available": "100Mi"},
        }
    )


def corefile(settings: Settings) -> str:
    return f"""\
.:53 {{
    bind {settings.node_address}
    errors
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {settings.kubeconfig} {settings.name}
    }}
}}
"""


def storage_class(settings: Settings) -> str:
    return as_json(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": settings.storage_class,
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            "provisioner": settings.name,
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "Immediate",
        }
    )


def as_json(document: dict[str, Any]) -> str:
    """JSON is valid YAML and needs no library."""
    return json.dumps(document, indent=2) + "\n"


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
