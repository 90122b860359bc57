"""What the commands print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from airflow_control_plane.model.problem import Problem


def print_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        print(problem.located(), file=sys.stderr)


def print_json(document: object) -> None:
    print(json.dumps(document, indent=2))


def problem_fields(problems: Iterable[Problem]) -> list[dict[str, object]]:
    return [problem.to_dict() for problem in problems]
