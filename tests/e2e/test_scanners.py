"""Scanners run on the chart's objects, with default values and for each environment: every finding needs a reason."""

from __future__ import annotations

import fnmatch
import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tools.cluster.settings import REPOSITORY

from .harness.commands import call, helm

VALUES = (REPOSITORY / "values.yaml", *sorted((REPOSITORY / "environments").glob("*.yaml")))
SCHEMAS = sorted((REPOSITORY / ".bin/schemas").glob("v*"))
ALLOWANCES = Path(__file__).with_name("scanner_allowances.yaml")
# kube-score's best grade.
ALL_OK = 10


@dataclass(frozen=True, order=True)
class Finding:
    check: str
    object: str
    values: str
    words: str

    def __str__(self) -> str:
        return f"{self.check} with {self.values}.yaml on {self.object}: {self.words}"


@dataclass(frozen=True)
class Allowance:
    check: str
    objects: tuple[str, ...]
    reason: str

    def allows(self, finding: Finding) -> bool:
        return finding.check == self.check and any(fnmatch.fnmatch(finding.object, name) for name in self.objects)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("rendered")
    for values in VALUES:
        (folder / values.name).write_text(
            helm("template", "airflow", REPOSITORY, "--namespace=airflow", f"--values={values}")
        )
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def findings(rendered: list[Path]) -> list[Finding]:
    return sorted({*kube_score(rendered), *checkov(rendered)})


@pytest.mark.parametrize("schemas", SCHEMAS, ids=lambda folder: folder.name)
def test_every_field_is_in_kubernetes_schemas(schemas: Path, rendered: list[Path]):
    location = f"{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    call([REPOSITORY / ".bin/kubeconform", "-strict", "-schema-location", location, *rendered])


def test_every_finding_of_a_scanner_has_a_reason_to_stay(findings: list[Finding]):
    unexplained = [
        str(finding) for finding in findings if not any(allowance.allows(finding) for allowance in allowances())
    ]
    assert not unexplained, "\n".join(unexplained)


def test_every_reason_still_has_a_finding(findings: list[Finding]):
    unused = [allowance for allowance in allowances() if not any(allowance.allows(finding) for finding in findings)]
    assert not unused, "\n".join(map(str, unused))


def allowances() -> list[Allowance]:
    entries = yaml.safe_load(ALLOWANCES.read_text())
    return [Allowance(entry["check"], tuple(entry["objects"]), entry["reason"]) for entry in entries]


def kube_score(files: Iterable[Path]) -> Iterable[Finding]:
    command = [REPOSITORY / ".bin/kube-score", "score", "--output-format=json"]
    for file in files:
        for scored in json.loads(output_with_findings([*command, file])):
            name = f"{scored['type_meta']['kind']}/{scored['object_meta']['name']}"
            for check in scored["checks"]:
                if check["grade"] < ALL_OK and not check["skipped"]:
                    yield Finding(f"kube-score/{check['check']['id']}", name, file.stem, check["check"]["name"])


def checkov(files: Iterable[Path]) -> Iterable[Finding]:
    options = ["--framework=kubernetes", "--skip-download", "--quiet", "--compact", "--output=json", "--file", *files]
    report = json.loads(output_with_findings([REPOSITORY / ".bin/venvs/checkov/bin/checkov", *options]))
    assert not report["summary"]["parsing_errors"], report["summary"]
    for failed in report["results"]["failed_checks"]:
        kind, _, name = failed["resource"].split(".")
        values = Path(failed["file_path"]).stem
        yield Finding(f"checkov/{failed['check_id']}", f"{kind}/{name}", values, failed["check_name"])


def output_with_findings(command: list[str | Path]) -> str:
    """What a scanner prints. It exits with 1 if it found something."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert result.returncode in (0, 1), result.stderr
    return result.stdout
