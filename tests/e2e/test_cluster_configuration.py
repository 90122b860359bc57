"""The components' configuration, checked without running them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tools.cluster import configuration
from tools.cluster.settings import Settings

SETTINGS = Settings(repository=Path("/repository"))


def test_a_kubeconfig_embeds_its_certificates_so_that_it_can_be_copied():
    text = configuration.kubeconfig(SETTINGS, user="admin", authority=b"ca", certificate=b"crt", key=b"key")
    config = json.loads(text)
    assert config["clusters"][0]["cluster"]["server"] == "https://10.244.0.1:6443"
    assert base64.b64decode(config["users"][0]["user"]["client-key-data"]) == b"key"
    assert config["current-context"] == config["contexts"][0]["name"]


def test_the_pod_network_never_masquerades():
    bridge = json.loads(configuration.pod_network(SETTINGS))["plugins"][0]
    assert bridge["ipMasq"] is False


def test_every_registry_points_to_this_machine():
    assert "127.0.0.1" in configuration.no_registry()
    assert 'config_path = "/repository/.cluster/registries"' in configuration.containerd(SETTINGS)


def test_dns_forwards_no_query():
    assert "forward" not in configuration.corefile(SETTINGS)


@pytest.mark.parametrize("render", [configuration.pod_network, configuration.kubelet, configuration.storage_class])
def test_rendering_twice_gives_the_same_text(render):
    assert render(SETTINGS) == render(SETTINGS)
