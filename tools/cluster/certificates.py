"""One certificate authority, and a certificate for every component that connects to another."""

from __future__ import annotations

from pathlib import Path

from . import configuration
from .commands import run
from .settings import Settings

DAYS = "365"
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")


def subjects(settings: Settings) -> dict[str, str]:
    """The identity of each client. These are the names to which Kubernetes binds its built-in roles."""
    return {
        "admin": "/O=system:masters/CN=admin",
        "apiserver-to-kubelet": "/O=system:masters/CN=kube-apiserver-kubelet-client",
        "controller-manager": "/CN=system:kube-controller-manager",
        "scheduler": "/CN=system:kube-scheduler",
        "kubelet": f"/O=system:nodes/CN=system:node:{settings.name}",
        "proxy": "/CN=system:kube-proxy",
    }


def create(settings: Settings) -> None:
    folder = settings.certificates
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / "ca.crt").exists():
        files = ("-keyout", folder / "ca.key", "-out", folder / "ca.crt")
        openssl(settings, "req", "-x509", "-days", DAYS, *NEW_KEY, *files, "-subj", f"/CN={settings.name}-ca")
    if not (folder / "service-accounts.key").exists():
        # The API server also reads the public key from this file, and only finds it in the traditional format.
        key = folder / "service-accounts.key"
        openssl(settings, "ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", key)
    names = f"DNS:kubernetes.default.svc,IP:{settings.node_address},IP:{settings.kubernetes_service}"
    issue(settings, "apiserver", "/CN=kube-apiserver", "-addext", f"subjectAltName={names}")
    for client, subject in subjects(settings).items():
        issue(settings, client, subject)
        write_kubeconfig(settings, client, settings.kubeconfig_of(client))
    write_kubeconfig(settings, "admin", settings.kubeconfig)


def issue(settings: Settings, name: str, subject: str, *extensions: str) -> None:
    folder = settings.certificates
    certificate, key, request = (folder / f"{name}.{suffix}" for suffix in ("crt", "key", "csr"))
    if certificate.exists():
        return
    openssl(settings, "req", *NEW_KEY, "-keyout", key, "-out", request, "-subj", subject, *extensions)
    authority = ("-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", DAYS)
    openssl(settings, "x509", "-req", "-in", request, "-copy_extensions", "copy", *authority, "-out", certificate)


def openssl(settings: Settings, *arguments: str | Path) -> None:
    run(["openssl", *arguments], log=settings.log("certificates"))


def write_kubeconfig(settings: Settings, client: str, path: Path) -> None:
    folder = settings.certificates
    text = configuration.kubeconfig(
        settings,
        user=client,
        authority=(folder / "ca.crt").read_bytes(),
        certificate=(folder / f"{client}.crt").read_bytes(),
        key=(folder / f"{client}.key").read_bytes(),
    )
    path.touch(mode=0o600)
    path.write_text(text)
