"""`make up`: the cluster, its images, and the chart with its default values as release airflow in namespace airflow."""

from __future__ import annotations

import os
import sys

from tools.cluster.__main__ import main as cluster
from tools.cluster.commands import CommandError
from tools.cluster.settings import Settings
from tools.cluster.steps import ClusterError, step

from .harness import namespaces, reports
from .harness.commands import helm
from .harness.release import Release


def main() -> int:
    failed = cluster(["up"])
    if failed:
        return failed
    settings = Settings()
    os.environ["KUBECONFIG"] = str(settings.kubeconfig)
    release = Release("airflow")
    namespaces.create(release.namespace)
    try:
        with step("chart, until all pods are Ready"):
            install(release)
    except ClusterError as error:
        print(f"error: {error}\nlogs and events: {reports.write('up', [release.namespace])}", file=sys.stderr)
        return 1
    print(f"\nIn your shell:\n   export KUBECONFIG={settings.kubeconfig} PATH={settings.binaries}:$PATH\n")
    print(helm("get", "notes", release.name, f"--namespace={release.namespace}"))
    return 0


def install(release: Release) -> None:
    try:
        release.upgrade({}, "--install")
    except CommandError as error:
        raise ClusterError(str(error)) from None


if __name__ == "__main__":
    raise SystemExit(main())
