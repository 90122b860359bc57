"""The Debian packages that a node and the image builds need."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from .commands import run
from .settings import Settings
from .steps import ClusterError

PACKAGES = (
    "buildah",
    "busybox-static",
    "ca-certificates",
    "conntrack",
    "containerd",
    "containernetworking-plugins",
    "debootstrap",
    "ethtool",
    "iproute2",
    "iptables",
    "kmod",
    "openssl",
    "procps",
    "runc",
    "socat",
)


def install(settings: Settings, wanted: Iterable[str] = PACKAGES) -> None:
    found = installed(wanted)
    missing = [package for package in wanted if package not in found]
    if not missing:
        return
    log = settings.log("debian-packages")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Wait if another apt-get is running on the machine.
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-y"]
    run([*apt, "update"], log=log, env=env)
    run([*apt, "install", "--no-install-recommends", *missing], log=log, env=env)


def installed(packages: Iterable[str]) -> set[str]:
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    answer = subprocess.run(query, capture_output=True, text=True).stdout
    return {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}


def debian_mirror(folder: Path = Path("/etc/apt")) -> str:
    """The mirror from which this machine installs its own packages."""
    sources = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    texts = [path.read_text() for path in sources if path.suffix in (".list", ".sources") and path.is_file()]
    mirror = first_mirror("\n".join(texts))
    if mirror is None:
        expected = "expected a 'deb' line or a 'URIs:' field in sources.list or sources.list.d/"
        raise ClusterError(f"no Debian mirror in {folder}: {expected}")
    return mirror


def first_mirror(sources: str) -> str | None:
    """The first address that ends in /debian, in either of the two formats of apt's source lists."""
    found = re.findall(r"^(?:deb\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(\S+/debian/?)(?:\s|$)", sources, re.MULTILINE)
    return found[0] if found else None
