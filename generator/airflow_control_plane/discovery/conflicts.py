"""Sets aside jobs that conflict: packages in two places, and jobs that share a DAG id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from airflow_control_plane.model.job import DeclaredJob
from airflow_control_plane.model.problem import Problem


def without_repeated_packages(jobs: Sequence[DeclaredJob]) -> tuple[list[DeclaredJob], list[Problem]]:
    """The jobs of packages that are in one place. If there are two, it is a matter of luck which one a run imports."""
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for job in jobs:
        places[job.package_name].add((job.root, job.jobs_folder))
    problems = []
    for package, rivals in places.items():
        for root, folder in rivals if len(rivals) > 1 else ():
            others = (
                other if other_root == root else f"{other} of another package root"
                for other_root, other in sorted(rivals - {(root, folder)})
            )
            message = f"package {package} is both here and in {', '.join(others)}; keep one of them"
            problems.append(Problem(folder, 0, 0, "package-repeated", message, root=root))
    return [job for job in jobs if len(places[job.package_name]) == 1], problems


def without_contested_ids(
    jobs: Iterable[DeclaredJob],
) -> tuple[tuple[DeclaredJob, ...], tuple[DeclaredJob, ...], list[Problem]]:
    """The jobs with a DAG id of their own, those that share one (ignoring case), and a problem for each of these."""
    by_id: dict[str, list[DeclaredJob]] = defaultdict(list)
    for job in jobs:
        by_id[job.dag_id.casefold()].append(job)
    clean = (group[0] for group in by_id.values() if len(group) == 1)
    contested = [job for group in by_id.values() if len(group) > 1 for job in group]
    problems = [_contested(job, by_id[job.dag_id.casefold()]) for job in contested]
    return _sorted_jobs(clean), _sorted_jobs(contested), problems


def _contested(job: DeclaredJob, rivals: Sequence[DeclaredJob]) -> Problem:
    others = ", ".join(sorted(rival.source for rival in rivals if rival is not job))
    message = f"its DAG id {job.dag_id} is also the DAG id of {others}; rename one of them"
    return Problem(job.source, 0, 0, "dag-id-contested", message, root=job.root)


def _sorted_jobs(jobs: Iterable[DeclaredJob]) -> tuple[DeclaredJob, ...]:
    return tuple(sorted(jobs, key=lambda job: (job.package_name, job.job_name)))
