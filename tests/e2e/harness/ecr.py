"""A fake Amazon ECR on the loopback interface: moto serves the API, Debian's docker-registry serves ECR's host name.

Only commands started by `Ecr.run` and `Ecr.output_of` see it: they get their own hosts file and certificates.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.cluster.commands import output_of
from tools.cluster.settings import Settings
from tools.cluster.waiting import answers, wait_until

ACCOUNT = "123456789012"
REGION = "eu-central-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
REGISTRY_ADDRESS = "127.0.78.1"
API_PORT = 5078
TIMEOUT_SECONDS = 600
TOOLS = Settings().binaries / "venvs/aws/bin"
REGISTRY = f"""
version: 0.1
storage: {{filesystem: {{rootdirectory: FOLDER/images}}}}
http: {{addr: "{REGISTRY_ADDRESS}:443", tls: {{certificate: FOLDER/certificate.pem, key: FOLDER/key.pem}}}}
auth: {{htpasswd: {{realm: ecr, path: FOLDER/users}}}}
"""
# The cluster's images can serve as base images. What a test builds is deleted together with its folder.
STORAGE = f"""
[storage]
driver = "overlay"
graphroot = "FOLDER/storage"
runroot = "FOLDER/run"
[storage.options]
additionalimagestores = ["{Settings().images}"]
"""


@dataclass(frozen=True)
class Ecr:
    folder: Path

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command that takes this for Amazon ECR, whether it succeeds or not."""
        inside = self._inside(*command)
        return subprocess.run(inside, capture_output=True, text=True, env=self._environment, timeout=TIMEOUT_SECONDS)

    def output_of(self, *command: str | Path) -> str:
        """What a command prints that takes this for Amazon ECR and must succeed."""
        return output_of(self._inside(*command), env=self._environment, timeout=TIMEOUT_SECONDS).strip()

    def aws(self, *arguments: str) -> str:
        return self.output_of("aws", *arguments)

    def buildah(self, *arguments: str) -> str:
        return self.output_of("buildah", *arguments)

    def _inside(self, *command: str | Path) -> list[str | Path]:
        hosts = f'mount --bind "{self.folder}/hosts" /etc/hosts && exec "$@"'
        return ["unshare", "--mount", "sh", "-ec", hosts, "sh", *command]

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": f"{TOOLS}:{os.environ['PATH']}",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{API_PORT}",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "BUILDAH_ISOLATION": "chroot",
            "CONTAINERS_STORAGE_CONF": f"{self.folder}/storage.conf",
            "REGISTRY_AUTH_FILE": f"{self.folder}/login.json",
            "SSL_CERT_FILE": f"{self.folder}/certificate.pem",
        }


@contextmanager
def fake_ecr(folder: Path) -> Iterator[Ecr]:
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{REGISTRY_ADDRESS} {HOST}\n")
    (folder / "storage.conf").write_text(STORAGE.replace("FOLDER", str(folder)))
    (folder / "registry.yaml").write_text(REGISTRY.replace("FOLDER", str(folder)))
    make_certificate(folder)
    make_users(folder)
    with (
        server(folder / "registry.log", "docker-registry", "serve", folder / "registry.yaml"),
        server(folder / "moto.log", TOOLS / "moto_server", "--host=127.0.0.1", f"--port={API_PORT}"),
    ):
        wait_until(lambda: answers(f"http://127.0.0.1:{API_PORT}/moto-api/"), "moto answers", seconds=60)
        yield Ecr(folder)


def make_certificate(folder: Path) -> None:
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    name = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *files, *name]
    subprocess.run(command, check=True, capture_output=True)


def make_users(folder: Path) -> None:
    """The user and password that moto puts into its authorization tokens."""
    code = "import bcrypt, sys; print(bcrypt.hashpw(sys.argv[1].encode(), bcrypt.gensalt(4)).decode())"
    command = [TOOLS / "python", "-c", code, f"{ACCOUNT}-auth-token"]
    hashed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (folder / "users").write_text(f"AWS:{hashed}")


@contextmanager
def server(log: Path, *command: str | Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            process.wait()
