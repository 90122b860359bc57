"""Sets aside jobs that get in each other's way: packages in two places, and DAG ids that meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import Problem


def without_repeated_packages(jobs: Iterable[DiscoveredJob]) -> tuple[list[DiscoveredJob], list[Problem]]:
    """The jobs of packages that stand in one place; of two, which one a run imports would be luck."""
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    all_jobs = list(jobs)
    for job in all_jobs:
        places[job.package].add((job.root, job.jobs_folder))
    problems = []
    for package, rivals in places.items():
        for root, folder in rivals if len(rivals) > 1 else ():
            others = (
                other if other_root == root else f"{other} of another package root"
                for other_root, other in sorted(rivals - {(root, folder)})
            )
            message = f"package {package} stands here and in {', '.join(others)}; keep one of them"
            problems.append(Problem(folder, 0, 0, "package-repeated", message, root=root))
    return [job for job in all_jobs if len(places[job.package]) == 1], problems


def without_contested_ids(
    jobs: Iterable[DiscoveredJob],
) -> tuple[tuple[DiscoveredJob, ...], tuple[DiscoveredJob, ...], list[Problem]]:
    """Splits into jobs with their own DAG id, jobs that share one (letter case aside), and what is wrong with these."""
    by_id: dict[str, list[DiscoveredJob]] = defaultdict(list)
    for job in jobs:
        by_id[job.dag_id.casefold()].append(job)
    clean = (group[0] for group in by_id.values() if len(group) == 1)
    contested = [job for group in by_id.values() if len(group) > 1 for job in group]
    problems = [_contested(job, by_id[job.dag_id.casefold()]) for job in contested]
    return _sorted_jobs(clean), _sorted_jobs(contested), problems


def _contested(job: DiscoveredJob, rivals: Sequence[DiscoveredJob]) -> Problem:
    others = ", ".join(sorted(rival.source for rival in rivals if rival is not job))
    message = f"its DAG id {job.dag_id} is also that of {others}; rename one of them"
    return Problem(job.source, 0, 0, "dag-id-contested", message, root=job.root)


def _sorted_jobs(jobs: Iterable[DiscoveredJob]) -> tuple[DiscoveredJob, ...]:
    return tuple(sorted(jobs, key=lambda job: (job.package, job.name)))
