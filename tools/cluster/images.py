"""Builds the images whose inputs changed, and loads into containerd those it does not have yet."""

from __future__ import annotations

import hashlib
import inspect

from . import buildah
from .commands import run
from .node import ctr
from .recipes import Image
from .settings import Settings
from .steps import ClusterError

INPUTS = "inputs"


def build(settings: Settings, image: Image) -> None:
    wanted = fingerprint(settings, image)
    if buildah.label(settings, image.reference, INPUTS) == wanted:
        return
    base = image.base.reference if image.base else "scratch"
    with buildah.working_container(settings, base, settings.log(f"image-{image.name}")) as container:
        image.fill(settings, container)
        buildah.commit(container, image.reference, f"--label={INPUTS}={wanted}", *image.config)
    buildah.release(settings)


def load(settings: Settings, image: Image) -> None:
    stamp = settings.state / "loaded" / image.name
    wanted = fingerprint(settings, image)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    log = settings.log(f"image-{image.name}")
    archive = stamp.with_suffix(".tar")
    try:
        buildah.export(settings, image.reference, archive, log)
        run([*ctr(settings), "images", "import", archive], log=log)
    finally:
        archive.unlink(missing_ok=True)
        buildah.release(settings)
    stamp.write_text(wanted)


def fingerprint(settings: Settings, image: Image) -> str:
    """Changes whenever the recipe, one of its files or its base image changes."""
    digest = hashlib.sha256((inspect.getsource(image.fill) + repr(image.config)).encode())
    for input in image.inputs:
        path = settings.repository / input
        if not path.exists():
            raise ClusterError(f"{path} is missing: the image {image.name} is built from it; restore it from git")
        digest.update(path.read_bytes())
    if image.base:
        digest.update(fingerprint(settings, image.base).encode())
    return digest.hexdigest()
