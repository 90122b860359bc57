"""Sets aside jobs that get in each other's way: packages in two places, and DAG ids that meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from airflow_control_plane.jobs import DiscoveredJob
from airflow_control_plane.problems import Problem


class FoundJob(NamedTuple):
    job: DiscoveredJob
    root: str
    jobs_folder: str


def without_repeated_packages(found: Iterable[FoundJob]) -> tuple[list[FoundJob], list[Problem]]:
    """The jobs of packages that stand in one place; of two, which one a run imports would be luck."""
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    kept = list(found)
    for item in kept:
        places[item.job.package].add((item.root, item.jobs_folder))
    problems = []
    for package, rivals in places.items():
        for root, folder in rivals if len(rivals) > 1 else ():
            others = (
                other if other_root == root else f"{other} of another package root"
                for other_root, other in sorted(rivals - {(root, folder)})
            )
            message = f"package {package} stands here and in {', '.join(others)}; keep one of them"
            problems.append(Problem(folder, 0, 0, "package-repeated", message, root=root))
    return [item for item in kept if len(places[item.job.package]) == 1], problems


def without_contested_ids(
    found: Iterable[FoundJob],
) -> tuple[tuple[DiscoveredJob, ...], tuple[DiscoveredJob, ...], list[Problem]]:
    """Splits into jobs with their own DAG id, jobs that share one (letter case aside), and what is wrong with these."""
    by_id: dict[str, list[FoundJob]] = defaultdict(list)
    for item in found:
        by_id[item.job.dag_id.casefold()].append(item)
    groups = by_id.values()
    contested = [item for group in groups if len(group) > 1 for item in group]
    problems = [_contested(item, by_id[item.job.dag_id.casefold()]) for item in contested]
    clean = (group[0] for group in groups if len(group) == 1)
    return _sorted_jobs(clean), _sorted_jobs(contested), problems


def _contested(item: FoundJob, rivals: Sequence[FoundJob]) -> Problem:
    others = ", ".join(sorted(rival.job.source for rival in rivals if rival is not item))
    message = f"its DAG id {item.job.dag_id} is also that of {others}; rename one of them"
    return Problem(item.job.source, 0, 0, "dag-id-contested", message, root=item.root)


def _sorted_jobs(found: Iterable[FoundJob]) -> tuple[DiscoveredJob, ...]:
    return tuple(sorted((item.job for item in found), key=lambda job: (job.package, job.name)))
