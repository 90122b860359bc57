"""A problem with a job file, as a value with a place."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import Enum

from airflow_control_plane.model.text import printable


class Severity(str, Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding. `path` is relative to `root`; `line` and `column` count from 1, line 0 means the whole file.

    `root` is shown on a terminal only. It never reaches the DAG folder, where all pods must write the same bytes.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    severity: Severity = Severity.ERROR
    root: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        """`path:line:column: ...`, as the DAG folder and the logs show it."""
        return self._line(self.path)

    def located(self) -> str:
        """The same with the root before the path, so that a terminal or an editor can jump there."""
        return self._line(os.path.join(self.root, self.path))

    def _line(self, path: str) -> str:
        place = f"{path}:{self.line}:{self.column}" if self.line else path
        return f"{printable(place)}: {self.severity.value}: {self.message} [{self.code}]"

    def to_dict(self) -> dict[str, object]:
        fields = asdict(self)
        del fields["root"]
        return {**fields, "severity": self.severity.value}

    @classmethod
    def from_dict(cls, fields: dict[str, object], root: str = "") -> Problem:
        """The inverse of `to_dict`."""
        return cls(**{**fields, "severity": Severity(fields["severity"]), "root": root})  # type: ignore[arg-type]


def errors_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.is_error)
