"""`make up`: the cluster, and in it the chart with its default values, as release airflow in namespace airflow.

It installs the chart as the tests do (their namespace, their images, their report on a failure), so that the tests can
take the namespace over. That is why it lives here and not in tools/cluster, which knows nothing about the chart.
"""

from __future__ import annotations

import os
import sys

from tools.cluster.__main__ import main as cluster
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
            release.upgrade({}, "--install")
    except ClusterError as error:
        print(f"error: {error}\nlogs and events: {reports.write('up', [release.namespace])}", file=sys.stderr)
        return 1
    print(f"\nIn your shell:\n   export KUBECONFIG={settings.kubeconfig} PATH={settings.binaries}:$PATH\n")
    print(helm("get", "notes", release.name, f"--namespace={release.namespace}"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
