"""The cluster's programs, built from the pinned modules under tools/ into .bin/."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .commands import run
from .settings import Settings
from .steps import ClusterError

KUBERNETES_VERSION = "1.34.4"
KUBERNETES_PROGRAMS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
    "kubectl",
)


@dataclass(frozen=True)
class Build:
    """One `go build`: the module's folder under tools/, its packages, and the programs it writes into .bin/."""

    module: str
    packages: tuple[str, ...]
    programs: tuple[str, ...]
    linker_flags: str = "-s -w"

    @property
    def output(self) -> str:
        """For -o: the file name of a single program, or nothing but the folder for several, which Go names itself."""
        return self.programs[0] if len(self.programs) == 1 else ""


def kubernetes_linker_flags(version: str) -> str:
    """Without these flags Kubernetes reports version v0.0.0, which charts refuse."""
    major, minor, _ = version.split(".")
    facts = {
        "k8s.io/component-base/version.gitVersion": f"v{version}",
        "k8s.io/component-base/version.gitMajor": major,
        "k8s.io/component-base/version.gitMinor": minor,
        "k8s.io/client-go/pkg/version.gitVersion": f"v{version}",
    }
    return " ".join(["-s -w", *(f"-X {name}={value}" for name, value in facts.items())])


BUILDS = (
    Build("etcd", ("go.etcd.io/etcd/server/v3",), ("etcd",)),
    Build("coredns", (".",), ("coredns",)),
    Build(
        "kubernetes",
        tuple(f"k8s.io/kubernetes/cmd/{program}" for program in KUBERNETES_PROGRAMS),
        KUBERNETES_PROGRAMS,
        kubernetes_linker_flags(KUBERNETES_VERSION),
    ),
)


def build(settings: Settings, build: Build) -> None:
    module = settings.repository / "tools" / build.module
    stamp = settings.binaries / f".{build.module}.built"
    wanted = fingerprint(module, build)
    built = all((settings.binaries / program).exists() for program in build.programs)
    if built and stamp.exists() and stamp.read_text() == wanted:
        return
    if shutil.which("go") is None:
        raise ClusterError("go is not on PATH: install the Go version that tools/*/go.mod names, or a newer one")
    settings.binaries.mkdir(exist_ok=True)
    target = f"{settings.binaries}/{build.output}"
    go_build = ["go", "build", "-buildvcs=false", "-ldflags", build.linker_flags, "-o", target, *build.packages]
    # The build keeps all cores of a small machine busy for minutes.
    env = {**os.environ, "CGO_ENABLED": "0"}
    run(["nice", "-n", "10", *go_build], log=settings.log(f"build-{build.module}"), cwd=module, env=env)
    stamp.write_text(wanted)


def fingerprint(module: Path, build: Build) -> str:
    """Changes whenever the module's sources or its build command change."""
    digest = hashlib.sha256(repr(build).encode())
    for source in sorted([*module.glob("go.*"), *module.glob("*.go")]):
        digest.update(source.read_bytes())
    return digest.hexdigest()
