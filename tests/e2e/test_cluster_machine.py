"""What the cluster reads from the machine and writes back to it, tried on texts from real machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.cluster.binaries import BUILDS, Build, kubernetes_linker_flags
from tools.cluster.containers import network_namespace
from tools.cluster.debian_packages import first_mirror
from tools.cluster.mounts import mount_points
from tools.cluster.network import without_kubernetes
from tools.cluster.settings import REPOSITORY
from tools.cluster.steps import ClusterError, step


@pytest.mark.parametrize(
    ("sources", "mirror"),
    [
        ("deb http://one.example/debian bookworm main", "http://one.example/debian"),
        ("deb [signed-by=/key arch=amd64] http://two.example/debian/ bookworm main", "http://two.example/debian/"),
        ("Types: deb\nURIs: http://three.example/debian\nSuites: bookworm\n", "http://three.example/debian"),
        ("deb http://four.example/apt tool main\ndeb http://five.example/debian x main", "http://five.example/debian"),
        ("# deb http://six.example/debian bookworm main\ndeb-src http://six.example/debian bookworm main", None),
        ("URIs: http://seven.example/debian-security\n", None),
    ],
)
def test_the_mirror_is_the_first_debian_archive_that_apt_uses(sources, mirror):
    assert first_mirror(sources) == mirror


def test_iptables_rules_of_other_programs_are_kept():
    saved = (
        "*filter\n"
        ":INPUT ACCEPT [10:2000]\n"
        ":KUBE-FORWARD - [0:0]\n"
        "-A INPUT -p tcp --dport 22 -j ACCEPT\n"
        '-A INPUT -m comment --comment "kubernetes health check" -j KUBE-NODEPORTS\n'
        "-A KUBE-FORWARD -j ACCEPT\n"
        "-A POSTROUTING -j CNI-HOSTPORT-MASQ\n"
        "COMMIT\n"
    )
    assert without_kubernetes(saved) == (
        "*filter\n:INPUT ACCEPT [10:2000]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n"
    )


def test_only_mount_points_in_the_folder_are_found():
    mounts = (
        "proc /proc proc rw 0 0\ntmpfs /a/b tmpfs rw 0 0\ntmpfs /a/b/c\\040d tmpfs rw 0 0\ntmpfs /a/bc tmpfs rw 0 0\n"
    )
    assert mount_points(mounts, Path("/a/b")) == ["/a/b", "/a/b/c d"]


@pytest.mark.parametrize(("path", "name"), [("/var/run/netns/cni-1", "cni-1"), ("/proc/12/ns/net", None), ("", None)])
def test_only_network_namespaces_of_the_cni_plugins_are_removed(path, name):
    namespace = {"type": "network", "path": path} if path else {"type": "network"}
    info = {"Spec": {"linux": {"namespaces": [{"type": "pid"}, namespace]}}}
    assert network_namespace(json.dumps(info)) == name


def test_kubernetes_is_built_with_its_version():
    flags = kubernetes_linker_flags("1.34.4")
    assert "-X k8s.io/component-base/version.gitVersion=v1.34.4" in flags
    assert "-X k8s.io/component-base/version.gitMinor=34" in flags


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.module)
def test_every_build_has_a_module(build: Build):
    assert (REPOSITORY / "tools" / build.module / "go.mod").is_file()


def test_an_error_shows_its_step_its_log_and_the_end_of_the_log(tmp_path, capsys):
    log = tmp_path / "etcd.log"
    log.write_text("first\n" * 50 + "disk full\n")
    with pytest.raises(ClusterError) as caught, step("control plane"):
        raise ClusterError("etcd ended", log)
    text = str(caught.value)
    assert text.startswith(f"control plane: etcd ended\nlog: {log}\n")
    assert text.endswith("  | disk full")
    assert capsys.readouterr().out.strip().endswith("failed")
