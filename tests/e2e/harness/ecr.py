"""Amazon ECR on the loopback: moto answers for the API, Debian's docker-registry under the host name that ECR has.

A process reaches that registry inside `run`, which gives it a hosts file and certificates of its own.
"""

from __future__ import annotations

import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.cluster.settings import Settings

from .commands import CommandError
from .waiting import wait_until

ACCOUNT = "123456789012"
REGION = "eu-central-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
REGISTRY_ADDRESS = "127.0.78.1"
API_PORT = 5078
TOOLS = Settings().binaries / "venvs/aws/bin"
REGISTRY = f"""
version: 0.1
storage: {{filesystem: {{rootdirectory: FOLDER/images}}}}
http: {{addr: "{REGISTRY_ADDRESS}:443", tls: {{certificate: FOLDER/certificate.pem, key: FOLDER/key.pem}}}}
auth: {{htpasswd: {{realm: ecr, path: FOLDER/users}}}}
"""
# Images that the cluster's tests built can be bases; what a test builds goes with its folder.
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
        """Run a command that takes this for Amazon."""
        hosts = f'mount --bind "{self.folder}/hosts" /etc/hosts && exec "$@"'
        inside = ["unshare", "--mount", "sh", "-ec", hosts, "sh", *map(str, command)]
        return subprocess.run(inside, capture_output=True, text=True, env=self.environment, timeout=600)

    def aws(self, *arguments: str) -> str:
        return self.answer("aws", *arguments)

    def buildah(self, *arguments: str) -> str:
        return self.answer("buildah", *arguments)

    def answer(self, *command: str) -> str:
        result = self.run(*command)
        if result.returncode:
            raise CommandError(" ".join(command), f"ended with {result.returncode}", result.stderr)
        return result.stdout.strip()

    @property
    def environment(self) -> dict[str, str]:
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
        wait_until(lambda: answers(f"http://127.0.0.1:{API_PORT}/moto-api/"), "moto answers", 60)
        yield Ecr(folder)


def make_certificate(folder: Path) -> None:
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    name = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *files, *name]
    subprocess.run(command, check=True, capture_output=True)


def make_users(folder: Path) -> None:
    """The user and the password that moto's authorization tokens hold."""
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


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False
