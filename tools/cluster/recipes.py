"""What goes into each image. The stand-ins for official images behave as those do where the chart depends on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .buildah import WorkingContainer
from .commands import run
from .debian_packages import debian_mirror
from .settings import Settings

ENTRYPOINTS = "tools/cluster/entrypoints"
AIRFLOW_LOCK = "requirements/airflow.txt"
UV_LOCK = "requirements/uv.txt"


@dataclass(frozen=True)
class Image:
    name: str
    base: Image | None
    fill: Callable[[Settings, WorkingContainer], None]
    inputs: tuple[str, ...] = ()
    config: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        return f"localhost/{self.name}:e2e"


def fill_pause(settings: Settings, container: WorkingContainer) -> None:
    container.install(Path("/bin/busybox"), "bin/busybox", 0o755)


def fill_base(settings: Settings, container: WorkingContainer) -> None:
    include = "--include=ca-certificates,dumb-init,postgresql-15,python3,python3-venv"
    run(["debootstrap", "--variant=minbase", include, "bookworm", container.root, debian_mirror()], log=container.log)
    for leftover in ("var/cache/apt/archives", "var/lib/apt/lists", "var/lib/postgresql"):
        shutil.rmtree(container.root / leftover)


def fill_postgres(settings: Settings, container: WorkingContainer) -> None:
    container.install(settings.repository / ENTRYPOINTS / "postgres.sh", "usr/local/bin/docker-entrypoint.sh", 0o755)
    container.run("groupmod", "--gid=999", "postgres")
    container.run("usermod", "--uid=999", "postgres")
    own = ["--owner=postgres", "--group=postgres"]
    container.run("install", "--directory", *own, "--mode=1777", "/var/lib/postgresql", "/var/lib/postgresql/data")
    container.run("install", "--directory", *own, "--mode=3777", "/var/run/postgresql")


def fill_airflow(settings: Settings, container: WorkingContainer) -> None:
    container.install(settings.repository / ENTRYPOINTS / "airflow.sh", "entrypoint", 0o755)
    container.run("useradd", "--uid=50000", "--gid=0", "--create-home", "--shell=/bin/bash", "airflow")
    for venv in ("/opt/uv", "/opt/venv"):
        container.run("python3", "-m", "venv", venv)
    locked = ["--no-cache-dir", "--require-hashes", "--requirement=/tmp/lock.txt"]
    uv = ["/opt/uv/bin/uv", "pip", "install", "--native-tls", "--python=/opt/venv", "--compile-bytecode"]
    container.run("/opt/uv/bin/pip", "install", *locked, mounts=with_lock(settings.repository / UV_LOCK))
    container.run(*uv, *locked, mounts=with_lock(settings.repository / AIRFLOW_LOCK))
    shutil.rmtree(container.root / "opt/uv")
    container.run("chown", "--recursive", "50000:0", "/opt/venv")
    folders = ("/opt/airflow", "/opt/airflow/dags", "/opt/airflow/logs")
    container.run("install", "--directory", "--owner=50000", "--group=0", "--mode=0775", *folders)


def with_lock(lock: Path) -> dict[Path, str]:
    """Mounts for the lock and for the host's certificates, in case its package index uses one of its own."""
    certificates = "/etc/ssl/certs/ca-certificates.crt"
    return {lock: "/tmp/lock.txt", Path(certificates): certificates}


PAUSE = Image(
    "pause",
    base=None,
    fill=fill_pause,
    config=('--entrypoint=["/bin/busybox", "sleep", "2147483647"]', "--user=65535:65535"),
)
BASE = Image("base", base=None, fill=fill_base, config=("--env=LANG=C.UTF-8", '--cmd=["bash"]'))
POSTGRES = Image(
    "postgres",
    base=BASE,
    fill=fill_postgres,
    inputs=(f"{ENTRYPOINTS}/postgres.sh",),
    config=(
        "--env=PATH=/usr/lib/postgresql/15/bin:/usr/local/bin:/usr/bin:/bin",
        "--env=PGDATA=/var/lib/postgresql/data",
        "--volume=/var/lib/postgresql/data",
        "--port=5432",
        "--stop-signal=SIGINT",
        '--entrypoint=["docker-entrypoint.sh"]',
        '--cmd=["postgres"]',
    ),
)
AIRFLOW = Image(
    "airflow",
    base=BASE,
    fill=fill_airflow,
    inputs=(f"{ENTRYPOINTS}/airflow.sh", AIRFLOW_LOCK, UV_LOCK),
    config=(
        "--env=PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin",
        "--env=AIRFLOW_HOME=/opt/airflow",
        "--env=DUMB_INIT_SETSID=1",
        "--user=50000:0",
        "--workingdir=/opt/airflow",
        '--entrypoint=["/usr/bin/dumb-init", "--", "/entrypoint"]',
    ),
)
IMAGES = (PAUSE, BASE, POSTGRES, AIRFLOW)
IMAGES_OF_THE_CLUSTER = (PAUSE, POSTGRES, AIRFLOW)
