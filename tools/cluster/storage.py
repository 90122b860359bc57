"""Provisions PersistentVolumes on demand, as folders of this machine.

The volumes have the type `local`, so that `fsGroup` applies as on a cloud disk: a new volume belongs to root, and a pod
without the right fsGroup cannot write to it. Runs as a daemon: `python3 -m tools.cluster.storage`.
"""

from __future__ import annotations

import http.client
import json
import shutil
import ssl
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from . import configuration
from .commands import output_of
from .processes import Daemon, ensure
from .settings import Settings

PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
CLAIMS = "/api/v1/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
SECONDS_BETWEEN_LOOKS = 1

Object = dict[str, Any]
Call = Callable[..., Object]


def up(settings: Settings) -> None:
    output_of([*settings.kubectl, "apply", "-f", "-"], input=configuration.storage_class(settings))
    daemon = Daemon.of("storage", "python3", "-m", "tools.cluster.storage")
    ensure(settings, daemon, lambda: True)


def claims_to_serve(claims: Iterable[Object], storage_class: str) -> list[Object]:
    return [
        claim
        for claim in claims
        if claim["spec"].get("storageClassName") == storage_class
        and not claim["spec"].get("volumeName")
        and claim["status"].get("phase") == "Pending"
    ]


def volumes_to_remove(volumes: Iterable[Object], provisioner: str) -> list[Object]:
    """Volumes of this provisioner whose claim is gone and whose reclaim policy is Delete."""
    return [
        volume
        for volume in volumes
        if volume["metadata"].get("annotations", {}).get(PROVISIONED_BY) == provisioner
        and volume["status"].get("phase") == "Released"
        and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
    ]


def volume_for(claim: Object, settings: Settings) -> Object:
    meta = claim["metadata"]
    name = f"pvc-{meta['uid']}"
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: settings.name}},
        "spec": {
            "accessModes": claim["spec"]["accessModes"],
            "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": meta["namespace"],
                "name": meta["name"],
                "uid": meta["uid"],
            },
            "local": {"path": f"{settings.volumes}/{name}"},
            "nodeAffinity": only_on(settings.name),
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": settings.storage_class,
        },
    }


def only_on(node: str) -> Object:
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}}


def serve(settings: Settings, call: Call) -> None:
    """One pass: create the volumes that claims ask for, remove those whose claims are gone."""
    volumes = call("GET", VOLUMES)["items"]
    known = {volume["metadata"]["name"] for volume in volumes}
    for claim in claims_to_serve(call("GET", CLAIMS)["items"], settings.storage_class):
        volume = volume_for(claim, settings)
        if volume["metadata"]["name"] not in known:
            Path(volume["spec"]["local"]["path"]).mkdir(parents=True, exist_ok=True)
            call("POST", VOLUMES, volume)
            print(f"created {volume['metadata']['name']} for {claim['metadata']['name']}", flush=True)
    for volume in volumes_to_remove(volumes, settings.name):
        shutil.rmtree(volume["spec"]["local"]["path"], ignore_errors=True)
        call("DELETE", f"{VOLUMES}/{volume['metadata']['name']}")
        print(f"removed {volume['metadata']['name']}", flush=True)


def api(settings: Settings) -> Call:
    """A function that sends requests to the API server as the administrator."""
    keys = settings.certificates
    context = ssl.create_default_context(cafile=str(keys / "ca.crt"))
    context.load_cert_chain(keys / "admin.crt", keys / "admin.key")

    def call(method: str, path: str, body: Object | None = None) -> Object:
        connection = http.client.HTTPSConnection(settings.node_address, settings.api_port, context=context, timeout=10)
        try:
            text = json.dumps(body) if body else None
            connection.request(method, path, text, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer: Object = json.loads(response.read())
        finally:
            connection.close()
        if response.status >= 400:
            raise OSError(f"{method} {path}: {response.status} {answer.get('message', '')}")
        return answer

    return call


def main() -> int:
    settings = Settings()
    call = api(settings)
    while True:
        try:
            serve(settings, call)
        except (OSError, http.client.HTTPException, ValueError) as error:
            print(f"will retry: {error}", flush=True)
        time.sleep(SECONDS_BETWEEN_LOOKS)


if __name__ == "__main__":
    raise SystemExit(main())
