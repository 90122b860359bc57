"""The packaged chart. Helm stores each release in a Secret, which can hold 1 MiB."""

from __future__ import annotations

import base64
import gzip
import tarfile
from pathlib import Path

import pytest
from rendered import ROOT, helm

MEBIBYTE = 1024 * 1024
WANTED = (
    "Chart.yaml",
    "LICENSE",
    "README.md",
    "values.yaml",
    "values.schema.json",
    "templates/",
    "files/",
    "environments/",
    "examples/packages/",
    "generator/airflow_control_plane/",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    helm("package", ROOT, "--destination", folder)
    return next(folder.glob("airflow-control-plane-*.tgz"))


@pytest.fixture(scope="module")
def contents(archive: Path) -> set[str]:
    with tarfile.open(archive) as tar:
        return {name.removeprefix("airflow-control-plane/") for name in tar.getnames()}


def test_a_release_uses_less_than_half_of_a_secret(archive: Path) -> None:
    # A release contains the chart's files and the rendered objects as JSON, gzipped and in base64.
    chart = gzip.decompress(archive.read_bytes())
    rendered = helm("template", "airflow", ROOT, "--kube-version", "1.34.0").encode()
    release = base64.b64encode(gzip.compress(base64.b64encode(chart) + rendered))
    assert len(release) < MEBIBYTE / 2


def test_the_package_contains_only_the_chart(contents: set[str]) -> None:
    assert {name for name in contents if not name.startswith(WANTED)} == set()


def test_the_package_contains_no_python_caches(contents: set[str]) -> None:
    assert not [name for name in contents if "__pycache__" in name or name.endswith(".pyc")]


def test_the_package_contains_everything_that_the_templates_read(contents: set[str]) -> None:
    needed = {
        str(path.relative_to(ROOT))
        for pattern in (
            "templates/**/*.*",
            "files/**/*.py",
            "generator/airflow_control_plane/**/*.py",
            "examples/packages/**/*.py",
        )
        for path in ROOT.glob(pattern)
        if "__pycache__" not in path.parts
    }
    assert len(needed) > 60
    assert needed - contents == set()


def test_the_package_contains_the_pods_of_helm_test(contents: set[str]) -> None:
    assert "templates/tests/health-pod.yaml" in contents
