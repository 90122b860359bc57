"""The order of the steps that bring the cluster up and take it down."""

from __future__ import annotations

import shutil
from pathlib import Path

from . import (
    binaries,
    certificates,
    containers,
    control_plane,
    debian_packages,
    images,
    network,
    node,
    processes,
    storage,
)
from .mounts import unmount_below
from .recipes import IMAGES, IMAGES_OF_THE_CLUSTER
from .settings import Settings
from .steps import step

# In the order in which they are stopped. containerd comes last: it stops the containers once no kubelet restarts them.
DAEMONS = (
    "storage",
    "coredns",
    "kubelet",
    "kube-proxy",
    "kube-scheduler",
    "kube-controller-manager",
    "kube-apiserver",
    "etcd",
    "containerd",
)


def up(settings: Settings) -> None:
    make_room(settings)
    build(settings)
    with step("certificates"):
        certificates.create(settings)
    with step("network"):
        network.up(settings)
    with step("containerd"):
        node.start_containerd(settings)
    load(settings)
    with step("control plane"):
        control_plane.up(settings)
    with step("node"):
        node.join(settings)
    with step("storage"):
        storage.up(settings)


def build(settings: Settings) -> None:
    with step("Debian packages"):
        debian_packages.install(settings)
    for program in binaries.BUILDS:
        with step(f"build {program.module}"):
            binaries.build(settings, program)
    for image in IMAGES:
        with step(f"image {image.name}"):
            images.build(settings, image)


def load(settings: Settings) -> None:
    for image in IMAGES_OF_THE_CLUSTER:
        with step(f"load {image.name}"):
            images.load(settings, image)


def is_up(settings: Settings) -> bool:
    return owner(settings) == settings.repository and processes.running(settings, "containerd") is not None


def down(settings: Settings) -> None:
    """Take down the cluster that this machine holds, or remove the state of one that a reboot ended."""
    other = owner(settings)
    if other is not None:
        take_down(Settings(repository=other))
    elif settings.state.exists():
        take_down(settings)
    else:
        print("there is no cluster on this machine")


def take_down(settings: Settings) -> None:
    """Take down a cluster, even one that is only partly up or partly removed."""
    with step("control plane and node"):
        for name in DAEMONS[:-1]:
            processes.stop(settings, name)
    with step("containers"):
        if is_up(settings) or (settings.state / "containerd.toml").exists():
            # Containers outlive a killed containerd, and only a containerd can stop them.
            node.start_containerd(settings)
            containers.remove_all(settings)
        processes.stop(settings, "containerd")
    with step("network"):
        network.down(settings)
    with step("state"):
        unmount_below(settings.state)
        unmount_below(settings.runtime)
        containers.remove_traces(settings)
        shutil.rmtree(settings.runtime, ignore_errors=True)
        shutil.rmtree(settings.state, ignore_errors=True)


def make_room(settings: Settings) -> None:
    """Take down the cluster of another checkout, because a machine holds only one, and claim the machine."""
    other = owner(settings)
    if other is not None and other != settings.repository:
        print(f"taking down the cluster of {other}")
        take_down(Settings(repository=other))
    settings.runtime.mkdir(parents=True, exist_ok=True)
    (settings.runtime / "owner").write_text(str(settings.repository))


def owner(settings: Settings) -> Path | None:
    """The checkout whose cluster runs on this machine, if any."""
    path = settings.runtime / "owner"
    return Path(path.read_text()) if path.exists() else None
