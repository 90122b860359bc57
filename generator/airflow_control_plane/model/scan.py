"""What one pass over the package roots found."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over the package roots found, sorted.

    `contested` are jobs that meet in one DAG id, `incomplete` says what could not be read: whatever is missing from
    an incomplete scan may exist all the same. `broken` are the keys of jobs whose file has a problem.
    """

    jobs: tuple[DiscoveredJob, ...] = ()
    contested: tuple[DiscoveredJob, ...] = ()
    problems: tuple[Problem, ...] = ()
    incomplete: tuple[str, ...] = ()
    broken: frozenset[str] = frozenset()
