"""Parses large job files in a child process with a memory limit.

A syntax tree takes up to 500 times the size of its source: a file of 200 KB that is one long list needs 100 MB. In the
sidecar such a file would crash the pod; in a child process it is only a problem.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from airflow_control_plane.discovery.job_file import JobFile, read_job_file
from airflow_control_plane.model.problem import Problem
from airflow_control_plane.model.settings import JobConfig

IN_PROCESS_BYTES = 32 * 1024
_CHILD_MEMORY_BYTES = 64 * 1024 * 1024
_CHILD_SECONDS = 20

_CODE_FOLDER = str(Path(__file__).resolve().parents[2])
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from airflow_control_plane.discovery import isolated_parser as p; p.main()"
)


def read_job_file_safely(source: bytes, path: str, root: str) -> JobFile:
    """`read_job_file`, whatever the file makes the parser do."""
    if len(source) <= IN_PROCESS_BYTES:
        return read_job_file(source, path, root)
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD, _CODE_FOLDER, os.fsencode(path)],
            input=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_CHILD_SECONDS,
            check=True,
        )
        return _decode(child.stdout, root)
    except (subprocess.SubprocessError, ValueError):
        limit = f"{_CHILD_MEMORY_BYTES // 2**20} MiB or {_CHILD_SECONDS} s"
        message = f"needs more than {limit} to parse; move data and helper code out of the job file"
        return JobFile(problems=(Problem(path, 0, 0, "too-complex", message, root=root),))


def _encode(job_file: JobFile) -> str:
    problems = [problem.to_dict() for problem in job_file.problems]
    return json.dumps([job_file.description, problems, job_file.config.layer, list(job_file.config.places.items())])


def _decode(document: bytes, root: str) -> JobFile:
    description, problems, layer, places = json.loads(document)
    return JobFile(
        description,
        tuple(Problem.from_dict(problem, root) for problem in problems),
        JobConfig(layer, {tuple(path): tuple(place) for path, place in places}),
    )


def main() -> None:
    """The child process: reads the source on standard input and prints what it declares as JSON."""
    resource.setrlimit(resource.RLIMIT_DATA, (_CHILD_MEMORY_BYTES, _CHILD_MEMORY_BYTES))
    sys.stdout.write(_encode(read_job_file(sys.stdin.buffer.read(), sys.argv[2])))
