"""The production image: built, tagged with the git revision and pushed by scripts/ecr_put.sh.

The stand-in for Airflow's official image that the tests' own cluster uses is the base image.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.cluster import debian_packages, lifecycle
from tools.cluster.recipes import AIRFLOW
from tools.cluster.settings import REPOSITORY, Settings

from .harness.ecr import HOST, Ecr, fake_ecr

SCRIPT = REPOSITORY / "scripts/ecr_put.sh"
BASE = f"--build-arg=AIRFLOW_IMAGE={AIRFLOW.reference}"


@dataclass(frozen=True)
class Pushed:
    reference: str
    packages: Path

    @property
    def revision(self) -> str:
        return revision(self.packages)


@pytest.fixture(scope="module")
def ecr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ecr]:
    if os.geteuid() != 0:
        pytest.skip("needs root to build an image and to serve Amazon's host name on this machine")
    debian_packages.install(Settings(), ("docker-registry",))
    lifecycle.build(Settings())
    with fake_ecr(tmp_path_factory.mktemp("ecr")) as ecr:
        yield ecr


@pytest.fixture(scope="module")
def pushed(ecr: Ecr, tmp_path_factory: pytest.TempPathFactory) -> Pushed:
    """What the script printed after a push to a repository that did not exist."""
    etl = committed_packages(tmp_path_factory.mktemp("etl"))
    result = ecr.run(SCRIPT, "data/airflow", etl, BASE)
    assert result.returncode == 0, result.stderr
    return Pushed(result.stdout.strip(), etl)


def test_the_script_prints_one_line_with_the_repository_and_the_digest_in_the_registry(ecr: Ecr, pushed: Pushed):
    repository, digest = pushed.reference.split("@")
    assert repository == f"{HOST}/data/airflow"
    assert ecr.buildah("pull", "--quiet", f"{repository}:{pushed.revision}") == ecr.buildah(
        "pull", "--quiet", f"{repository}@{digest}"
    )


def test_the_repository_was_created_with_immutable_tags_and_scan_on_push(ecr: Ecr, pushed: Pushed):
    described = json.loads(ecr.aws("ecr", "describe-repositories", "--repository-names=data/airflow"))
    assert described["repositories"][0]["imageTagMutability"] == "IMMUTABLE"
    assert described["repositories"][0]["imageScanningConfiguration"] == {"scanOnPush": True}


def test_the_image_is_labeled_with_its_revision_and_has_a_numeric_user(ecr: Ecr, pushed: Pushed):
    ecr.buildah("pull", "--quiet", pushed.reference)
    config = json.loads(ecr.buildah("inspect", "--type=image", pushed.reference))["OCIv1"]["config"]
    assert config["Labels"]["org.opencontainers.image.revision"] == pushed.revision
    assert config["User"] == "50000"


def test_the_generator_finds_the_jobs_in_the_image_and_its_user_cannot_change_them(ecr: Ecr, pushed: Pushed):
    container = ecr.buildah("from", "--pull-never", pushed.reference)
    generator = f"--volume={REPOSITORY}/generator:/opt/generator:ro"
    run = ("run", generator, "--env=PYTHONPATH=/opt/generator", container, "--")
    found = json.loads(ecr.buildah(*run, "python", "-m", "airflow_control_plane", "discover", "--format=json"))
    assert "file_processing_hello_world" in json.dumps(found)
    writable = ecr.buildah(*run, "find", "/opt/airflow/packages", "-writable")
    assert writable == ""


def test_packages_with_uncommitted_changes_are_refused(ecr: Ecr, tmp_path: Path):
    etl = committed_packages(tmp_path)
    (etl / "new.py").write_text("")
    result = ecr.run(SCRIPT, "data/airflow", etl, BASE)
    assert (result.returncode, result.stdout) == (1, "")
    assert "has uncommitted changes" in result.stderr
    assert result.stderr.endswith("Commit these first:\n?? new.py\n")


def test_a_revision_that_is_already_in_ecr_is_neither_built_nor_pushed(ecr: Ecr, tmp_path: Path):
    etl = committed_packages(tmp_path)
    ecr.aws("ecr", "create-repository", "--repository-name=known")
    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"})
    put = ("ecr", "put-image", "--repository-name=known", f"--image-tag={revision(etl)}", "--image-manifest", manifest)
    digest = json.loads(ecr.aws(*put))["image"]["imageId"]["imageDigest"]
    result = ecr.run(SCRIPT, "known", etl, "--no-such-option")
    assert (result.returncode, result.stdout) == (0, f"{HOST}/known@{digest}\n")
    assert f"already has {revision(etl)}" in result.stderr


def test_a_failed_build_pushes_nothing(ecr: Ecr, tmp_path: Path):
    result = ecr.run(SCRIPT, "failing", committed_packages(tmp_path), "--build-arg=AIRFLOW_IMAGE=localhost/missing:1")
    assert result.returncode != 0
    assert result.stdout == ""
    assert "localhost/missing" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((), 2, "scripts/ecr_put.sh REPOSITORY PACKAGES"),
        (("data/airflow",), 2, "scripts/ecr_put.sh REPOSITORY PACKAGES"),
        (("data/airflow", "no/such"), 1, "no such folder: no/such."),
        (("data/airflow", "/usr/bin"), 1, "/usr/bin is not in a git work tree"),
    ],
)
def test_a_wrong_call_is_explained(arguments: tuple[str, ...], status: int, message: str):
    result = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (status, "")
    assert message in result.stderr


def test_help_is_printed_and_exits_with_0():
    result = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=True)
    assert "REPOSITORY-URI@DIGEST" in result.stdout


def committed_packages(folder: Path) -> Path:
    """A git work tree of packages."""
    etl = folder / "etl"
    shutil.copytree(REPOSITORY / "examples/packages", etl, ignore=shutil.ignore_patterns("__pycache__"))
    author = ("-c", "user.name=An Author", "-c", "user.email=author@example.com")
    git(etl, "init", "--quiet")
    git(etl, "add", ".")
    git(etl, *author, "commit", "--quiet", "--message=jobs")
    return etl


def revision(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD").strip()


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout
