"""Turns what the packages declare into what Airflow runs: applies the settings and checks chains as a whole."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from airflow_control_plane.model.catalog import Catalog, Scan
from airflow_control_plane.model.job import DeclaredJob, DiscoveredJob, identity
from airflow_control_plane.model.problem import Problem, Severity
from airflow_control_plane.model.settings import JobSettings
from airflow_control_plane.settings.cycles import cycles
from airflow_control_plane.settings.deployment import Deployment
from airflow_control_plane.settings.layers import layers_of, settings_of

_MAX_TOLD_EACH = 10  # jobs of a cycle
_MAX_HINTS = 20  # comparing a name with ten thousand others takes time, and the sync loop must go on


def apply_settings(scan: Scan, deployment: Deployment) -> Catalog:
    """The jobs with their settings. A job whose settings cannot work becomes a problem, and its DAG is kept."""
    declared = (*scan.jobs, *scan.contested)
    settings = {job.key: settings_of(job, deployment) for job in declared}
    problems = [
        *(problem for job in declared for problem in _job_problems(job, settings[job.key], deployment)),
        *_chain_problems(declared, settings, scan),
        *_unknown_overrides(scan, deployment),
    ]
    broken = {problem.path for problem in problems if problem.is_error}
    pod_templates: dict[str, bytes] = {}

    def settled(jobs: tuple[DeclaredJob, ...]) -> Iterator[DiscoveredJob]:
        for job in jobs:
            own = settings[job.key]
            if job.source not in broken and own.enabled:
                template = None
                if deployment.pod_templates and own.resources:
                    template, content = deployment.pod_templates.for_resources(own.resources)
                    pod_templates[template] = content
                yield DiscoveredJob(*identity(job), own, template)

    return Catalog(
        tuple(settled(scan.jobs)),
        tuple(settled(scan.contested)),
        tuple(sorted({*scan.problems, *problems})),
        scan.incomplete,
        declared,
        pod_templates,
    )


def _job_problems(job: DeclaredJob, settings: JobSettings, deployment: Deployment) -> Iterator[Problem]:
    if settings.schedule and settings.after:
        origins = " and ".join(f"{key} from {_origin(key, job, deployment)}" for key in ("schedule", "after"))
        message = f'schedule and after together would mean "or" to Airflow; set one of them to "off" ({origins})'
        yield _problem(job, "after" if "after" in job.config.layer else "schedule", "config-conflict", message)
    if settings.deadline and deployment.has_triggerer is False:
        origin = _origin("deadline", job, deployment)
        message = f"a deadline ({origin}) needs Airflow's triggerer; set triggerer.enabled in the values"
        yield _problem(job, "deadline", "config-deadline", message)
    if settings.resources and not deployment.enforces_resources:
        message = f"resources are not enforced: the {deployment.executor} runs all jobs in its own pod"
        yield replace(_problem(job, "resources", "resources-unenforced", message), severity=Severity.WARNING)


def _origin(key: str, job: DeclaredJob, deployment: Deployment) -> str:
    return next(name for name, layer in reversed(layers_of(job, deployment)) if key in layer)


def _chain_problems(
    declared: tuple[DeclaredJob, ...], settings: Mapping[str, JobSettings], scan: Scan
) -> Iterator[Problem]:
    by_key = {job.key: job for job in declared}
    known = _KnownJobs(scan)
    for key, job in by_key.items():
        for name in settings[key].after:
            if name not in known and not scan.incomplete:
                yield _problem(job, "after", "after-unknown", f"after: {known.unknown(name)}")
            elif name in by_key and not settings[name].enabled and settings[key].enabled:
                message = f"after: {name} is disabled here, so this job would never run"
                yield _problem(job, "after", "after-disabled", message)
    edges = {key: [name for name in settings[key].after if name in by_key] for key in by_key}
    for cycle in cycles(edges):
        whole = f"after: these jobs wait for each other: {' → '.join([*cycle, cycle[0]])}"
        brief = f"after: {len(cycle)} jobs wait for each other; see the problem of {by_key[cycle[0]].source}"
        for key in cycle:
            is_told_whole = key == cycle[0] or len(cycle) <= _MAX_TOLD_EACH
            yield _problem(by_key[key], "after", "after-cycle", whole if is_told_whole else brief)


def _unknown_overrides(scan: Scan, deployment: Deployment) -> Iterator[Problem]:
    known = _KnownJobs(scan)
    for name in deployment.overrides:
        if name not in known and not scan.incomplete:
            message = known.unknown(name)
            yield Problem(f'jobs.overrides."{name}"', 0, 0, "override-unknown", message, Severity.WARNING)


class _KnownJobs:
    """The names of all jobs, including those whose file has a problem."""

    def __init__(self, scan: Scan) -> None:
        self._names = {*(job.key for job in (*scan.jobs, *scan.contested)), *scan.broken}
        self._hints_left = _MAX_HINTS

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def unknown(self, name: str) -> str:
        """The message for a name that is not among them."""
        self._hints_left -= 1
        close = difflib.get_close_matches(name, sorted(self._names), n=1) if self._hints_left >= 0 else []
        hint = f"did you mean {close[0]}?" if close else "`airflow-control-plane discover` lists the jobs"
        return f"unknown job {name}; {hint}"


def _problem(job: DeclaredJob, key: str, code: str, message: str) -> Problem:
    return Problem(job.source, *job.config.place((key,)), code, message, root=job.root)
