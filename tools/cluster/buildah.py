"""Images built with buildah from a mounted root folder instead of a Dockerfile. The layers are kept in .bin/images."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .commands import output_of, run
from .mounts import unmount_below
from .settings import Settings

ENVIRONMENT = {"BUILDAH_ISOLATION": "chroot"}
# Package clients inside the build use the same index and proxies as those of this machine.
NETWORK_VARIABLES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@dataclass(frozen=True)
class WorkingContainer:
    settings: Settings
    name: str
    root: Path
    log: Path

    def run(self, *command: str, mounts: dict[Path, str] | None = None) -> None:
        """Run a program of the image inside the container; `mounts` maps files of this machine to paths in it."""
        volumes = [f"--volume={source}:{target}:ro" for source, target in (mounts or {}).items()]
        variables = [f"--env={name}={os.environ[name]}" for name in NETWORK_VARIABLES if os.environ.get(name)]
        call = ["run", "--network=host", *volumes, *variables, self.name, "--", *command]
        run([*buildah(self.settings), *call], log=self.log, env={**os.environ, **ENVIRONMENT})

    def install(self, source: Path, target: str, mode: int) -> None:
        path = self.root / target
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
        path.chmod(mode)


def buildah(settings: Settings) -> list[str]:
    stores = ["--root", str(settings.images), "--runroot", str(settings.runtime / "buildah")]
    return ["buildah", *stores, "--storage-driver", "overlay"]


@contextmanager
def working_container(settings: Settings, base: str, log: Path) -> Iterator[WorkingContainer]:
    name = output_of([*buildah(settings), "from", "--pull-never", base]).strip()
    try:
        root = output_of([*buildah(settings), "mount", name]).strip()
        yield WorkingContainer(settings, name, Path(root), log)
    finally:
        output_of([*buildah(settings), "rm", name])


def commit(container: WorkingContainer, image: str, *config: str) -> None:
    run([*buildah(container.settings), "config", *config, container.name], log=container.log)
    run([*buildah(container.settings), "commit", "--quiet", container.name, image], log=container.log)


def label(settings: Settings, image: str, name: str) -> str | None:
    """A label of an image, or None if the image does not exist."""
    images = output_of([*buildah(settings), "images", "--quiet", "--filter", f"reference={image}"])
    if not images.strip():
        return None
    template = f'{{{{index .OCIv1.Config.Labels "{name}"}}}}'
    return output_of([*buildah(settings), "inspect", "--type=image", "--format", template, image]).strip()


def export(settings: Settings, image: str, archive: Path, log: Path) -> None:
    archive.unlink(missing_ok=True)
    run([*buildah(settings), "push", "--quiet", image, f"docker-archive:{archive}:{image}"], log=log)


def release(settings: Settings) -> None:
    """Unmount the store, which buildah leaves mounted onto itself so that the folder cannot be removed."""
    unmount_below(settings.images)
