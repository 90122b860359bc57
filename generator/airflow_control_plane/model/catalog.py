"""What one pass over the package roots produced, before and after the settings are applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from airflow_control_plane.model.job import DeclaredJob, DiscoveredJob
from airflow_control_plane.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Scan:
    """The job files as they are, sorted.

    `contested` are jobs that share a DAG id. `incomplete` says what could not be read: a job that is missing from an
    incomplete scan may still exist. `broken` are the keys of jobs whose file has a problem.
    """

    jobs: tuple[DeclaredJob, ...] = ()
    contested: tuple[DeclaredJob, ...] = ()
    problems: tuple[Problem, ...] = ()
    incomplete: tuple[str, ...] = ()
    broken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Catalog:
    """The jobs that should have a DAG, with their settings, and every problem found on the way.

    `declared` are all jobs with a sound file, also those that are disabled or whose settings have a problem.
    `pod_templates` are the files, by path, that the jobs' `pod_template` names.
    """

    jobs: tuple[DiscoveredJob, ...] = ()
    contested: tuple[DiscoveredJob, ...] = ()
    problems: tuple[Problem, ...] = ()
    incomplete: tuple[str, ...] = ()
    declared: tuple[DeclaredJob, ...] = ()
    pod_templates: Mapping[str, bytes] = field(default_factory=dict)
