"""What the provisioner creates and removes, tried against a recording API server."""

from __future__ import annotations

from pathlib import Path

from tools.cluster.settings import Settings
from tools.cluster.storage import CLAIMS, PROVISIONED_BY, VOLUMES, serve


class Recorded:
    """An API server that answers with these lists and records every other request."""

    def __init__(self, *, claims=(), volumes=()):
        self.lists = {CLAIMS: {"items": list(claims)}, VOLUMES: {"items": list(volumes)}}
        self.asked = []

    def __call__(self, method, path, body=None):
        if method == "GET":
            return self.lists[path]
        self.asked.append((method, path, body))
        return {}


def claim(*, storage_class="local", phase="Pending", **spec):
    requested = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    return {
        "metadata": {"namespace": "airflow", "name": "logs", "uid": "7"},
        "spec": {"storageClassName": storage_class, **requested, **spec},
        "status": {"phase": phase},
    }


def volume(folder: Path, *, phase="Released", policy="Delete", provisioner="airflow-e2e"):
    return {
        "metadata": {"name": "pvc-7", "annotations": {PROVISIONED_BY: provisioner}},
        "spec": {"persistentVolumeReclaimPolicy": policy, "local": {"path": str(folder)}},
        "status": {"phase": phase},
    }


def test_a_pending_claim_gets_a_folder_and_a_volume_bound_to_it(tmp_path):
    api = Recorded(claims=[claim()])
    serve(Settings(repository=tmp_path), api)
    [(method, path, made)] = api.asked
    assert (method, path) == ("POST", VOLUMES)
    assert made["spec"]["claimRef"]["uid"] == "7"
    assert made["spec"]["accessModes"] == ["ReadWriteMany"]
    assert Path(made["spec"]["local"]["path"]).is_dir()


def test_claims_of_other_storage_classes_and_claims_with_a_volume_are_left_alone(tmp_path):
    others = [claim(storage_class="nfs"), claim(phase="Bound"), claim(volumeName="made-by-hand")]
    api = Recorded(claims=others)
    serve(Settings(repository=tmp_path), api)
    assert api.asked == []


def test_a_claim_is_served_only_once(tmp_path):
    api = Recorded(claims=[claim()], volumes=[volume(tmp_path, phase="Available")])
    serve(Settings(repository=tmp_path), api)
    assert api.asked == []


def test_a_released_volume_is_removed_with_its_folder(tmp_path):
    folder = tmp_path / "pvc-7"
    folder.mkdir()
    api = Recorded(volumes=[volume(folder)])
    serve(Settings(repository=tmp_path), api)
    assert api.asked == [("DELETE", f"{VOLUMES}/pvc-7", None)]
    assert not folder.exists()


def test_a_volume_to_retain_or_of_another_provisioner_stays(tmp_path):
    api = Recorded(volumes=[volume(tmp_path, policy="Retain"), volume(tmp_path, provisioner="other")])
    serve(Settings(repository=tmp_path), api)
    assert api.asked == []
    assert tmp_path.exists()
