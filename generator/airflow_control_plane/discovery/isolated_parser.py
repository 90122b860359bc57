"""Parses large job files in a child process with a memory limit.

A syntax tree takes up to 500 times the size of its source: a file of 200 KB that is one long list needs 100 MB. In the
sidecar such a file would cost the pod; in a child it costs a problem.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from airflow_control_plane.discovery.job_config import JobConfig
from airflow_control_plane.discovery.job_file import JobFile, read_job_file
from airflow_control_plane.model.problem import Problem, Severity

IN_PROCESS_BYTES = 32 * 1024
_CHILD_MEMORY_BYTES = 64 * 1024 * 1024
_CHILD_SECONDS = 20

_CODE_FOLDER = str(Path(__file__).resolve().parents[2])
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from airflow_control_plane.discovery import isolated_parser as p; p.main()"
)


def read_job_file_safely(source: bytes, path: str) -> JobFile:
    """`read_job_file`, whatever the file makes the parser do."""
    if len(source) <= IN_PROCESS_BYTES:
        return read_job_file(source, path)
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD, _CODE_FOLDER, os.fsencode(path)],
            input=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_CHILD_SECONDS,
            check=True,
        )
        return _decode(child.stdout)
    except (subprocess.SubprocessError, ValueError):
        limit = f"{_CHILD_MEMORY_BYTES // 2**20} MiB or {_CHILD_SECONDS} s"
        message = f"needs more than {limit} to parse; move data and helpers out of the job file"
        return JobFile(problems=(Problem(path, 0, 0, "too-complex", message),))


def _encode(job_file: JobFile) -> str:
    problems = [problem.to_dict() for problem in job_file.problems]
    return json.dumps([job_file.description, problems, job_file.config.values, list(job_file.config.places.items())])


def _decode(document: bytes) -> JobFile:
    description, problems, values, places = json.loads(document)
    return JobFile(
        description,
        tuple(Problem(**{**problem, "severity": Severity(problem["severity"])}) for problem in problems),
        JobConfig(values, {tuple(path): tuple(place) for path, place in places}),
    )


def main() -> None:
    """The child: source on standard input, the reading as JSON on standard output."""
    resource.setrlimit(resource.RLIMIT_DATA, (_CHILD_MEMORY_BYTES, _CHILD_MEMORY_BYTES))
    sys.stdout.write(_encode(read_job_file(sys.stdin.buffer.read(), sys.argv[2])))
