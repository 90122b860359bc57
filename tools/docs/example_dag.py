"""Writes the DAG file of the example job in docs/jobs.md below it: `make docs`.

With --check it writes nothing and exits 1 if the file shown is stale.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery

PAGE = Path(__file__).resolve().parents[2] / "docs" / "jobs.md"
JOB = re.compile(r"<!-- example: job -->\n\n```python\n# packages/(?P<path>\S+)\n(?P<text>.*?)```", re.DOTALL)
DAG = re.compile(r"(?<=<!-- example: DAG \(make docs\) -->\n\n```python\n).*?(?=```\n\n</details>)", re.DOTALL)


def dag_of(path: str, text: str) -> str:
    """The DAG file that the generator writes for a job file at `path` in a package root."""
    with tempfile.TemporaryDirectory() as root:
        file = Path(root, path)
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
        catalog = MultiPackageJobDiscovery(root).catalog()
    if catalog.problems or len(catalog.jobs) != 1:
        raise SystemExit(f"{PAGE.name}: the example is not a valid job: {', '.join(map(str, catalog.problems))}")
    return render_dag(catalog.jobs[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if the file shown is stale")
    options = parser.parse_args()
    text = PAGE.read_text(encoding="utf-8")
    job = JOB.search(text)
    if not job or not DAG.search(text):
        raise SystemExit(f"{PAGE.name}: expected an example job and its DAG between their comments")
    dag = dag_of(job["path"], job["text"])
    renewed = DAG.sub(lambda _: dag, text, count=1)
    if options.check and renewed != text:
        print(f"{PAGE.name}: the DAG of the example is stale: run make docs", file=sys.stderr)
        return 1
    PAGE.write_text(renewed, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
