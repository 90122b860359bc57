"""From what the packages say to what Airflow is to do: values per environment applied, chains checked as a whole."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from airflow_control_plane.dag_generator.pod_templates import PodTemplates
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.problem import Problem, Severity
from airflow_control_plane.model.scan import Scan
from airflow_control_plane.settings.cycles import cycles
from airflow_control_plane.settings.layers import DEFAULT_SETTINGS, Layer, merged, settings_of
from airflow_control_plane.settings.validator import Path

_NOTHING: Layer = {}
_MAX_TOLD_EACH = 10  # jobs of a cycle
_MAX_HINTS = 20  # to compare a name with ten thousand others takes a while, and the sync loop must go on


@dataclass(frozen=True, slots=True)
class JobValues:
    """The part `jobs` of the chart's values, and what else of the deployment decides whether a setting can work.

    `has_triggerer` and `executor` are None where nobody knows them, as on an author's own machine.
    """

    defaults: Layer = field(default_factory=dict)
    overrides: Mapping[str, Layer] = field(default_factory=dict)
    has_triggerer: bool | None = None
    executor: str | None = None
    pod_templates: PodTemplates | None = None


def resolve(scan: Scan, values: JobValues) -> Scan:
    """The scan with every job's settings filled in. What cannot work becomes a problem; its DAG stays."""
    settled = [_with_settings(job, values) for job in scan.jobs]
    contested = [_with_settings(job, values) for job in scan.contested]
    problems = [
        *(problem for job in (*settled, *contested) for problem in _problems_of(job, values)),
        *_chain_problems([*settled, *contested], scan),
        *_unknown_overrides(scan, values),
    ]
    broken = {problem.path for problem in problems if problem.is_error}

    def sound(jobs: Iterable[DiscoveredJob]) -> tuple[DiscoveredJob, ...]:
        return tuple(job for job in jobs if job.source not in broken and job.settings.enabled)

    all_problems = tuple(sorted({*scan.problems, *problems}))
    return replace(scan, jobs=sound(settled), contested=sound(contested), problems=all_problems)


def layers_of(job: DiscoveredJob, values: JobValues) -> tuple[tuple[str, Layer], ...]:
    """What each place asks for, the weakest first, with the name of the place."""
    return (
        ("values jobs.defaults", values.defaults),
        ("JOB_CONFIG", job.config.values),
        (f'values jobs.overrides."{job.key}"', values.overrides.get(job.key, _NOTHING)),
    )


def _with_settings(job: DiscoveredJob, values: JobValues) -> DiscoveredJob:
    layers = [layer for _, layer in layers_of(job, values) if layer]
    settings = settings_of(merged(*layers)) if layers else DEFAULT_SETTINGS
    template = (
        values.pod_templates.path_for(settings.resources) if values.pod_templates and settings.resources else None
    )
    return replace(job, settings=settings, pod_template=template) if layers else job


def _problems_of(job: DiscoveredJob, values: JobValues) -> Iterator[Problem]:
    settings = job.settings
    if settings.schedule and settings.after:
        origins = " and ".join(f"{key} from {_origin(key, job, values)}" for key in ("schedule", "after"))
        message = f'schedule and after together would mean "or" to Airflow; switch one of them "off" ({origins})'
        key = "after" if "after" in job.config.values else "schedule"
        yield _problem(job, (key,), "config-conflict", message)
    if settings.deadline and values.has_triggerer is False:
        origin = _origin("deadline", job, values)
        message = f"a deadline ({origin}) needs Airflow's triggerer; set triggerer.enabled in the values"
        yield _problem(job, ("deadline",), "config-deadline", message)
    if settings.resources and values.executor not in (None, "KubernetesExecutor"):
        message = f"resources are not enforced: the {values.executor} runs all jobs in its own pod"
        yield replace(_problem(job, ("resources",), "resources-unenforced", message), severity=Severity.WARNING)


def _origin(key: str, job: DiscoveredJob, values: JobValues) -> str:
    return next(name for name, layer in reversed(layers_of(job, values)) if key in layer)


def _chain_problems(jobs: Iterable[DiscoveredJob], scan: Scan) -> Iterator[Problem]:
    by_key = {job.key: job for job in jobs}
    known = _KnownJobs(scan)
    for job in by_key.values():
        for name in job.settings.after:
            if name not in known and not scan.incomplete:
                yield _problem(job, ("after",), "after-unknown", f"after: {known.lack(name)}")
            elif name in by_key and not by_key[name].settings.enabled and job.settings.enabled:
                message = f"after: {name} is not enabled here, so this job would never run"
                yield _problem(job, ("after",), "after-disabled", message)
    edges = {key: [name for name in job.settings.after if name in by_key] for key, job in by_key.items()}
    for cycle in cycles(edges):
        whole = f"after: these jobs wait for each other: {' → '.join([*cycle, cycle[0]])}"
        brief = f"after: {len(cycle)} jobs wait for each other; {by_key[cycle[0]].source} names them"
        for key in cycle:
            is_told_whole = key == cycle[0] or len(cycle) <= _MAX_TOLD_EACH
            yield _problem(by_key[key], ("after",), "after-cycle", whole if is_told_whole else brief)


def _unknown_overrides(scan: Scan, values: JobValues) -> Iterator[Problem]:
    known = _KnownJobs(scan)
    for name in values.overrides:
        if name not in known and not scan.incomplete:
            message = known.lack(name)
            yield Problem(f'jobs.overrides."{name}"', 0, 0, "override-unknown", message, Severity.WARNING)


class _KnownJobs:
    """The names of all jobs, those with a problem too: they exist."""

    def __init__(self, scan: Scan) -> None:
        self._names = {*(job.key for job in (*scan.jobs, *scan.contested)), *scan.broken}
        self._hints_left = _MAX_HINTS

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def lack(self, name: str) -> str:
        """The message that there is no job of this name."""
        self._hints_left -= 1
        close = difflib.get_close_matches(name, sorted(self._names), n=1) if self._hints_left >= 0 else []
        hint = f"did you mean {close[0]}?" if close else "airflow-control-plane discover lists those that there are"
        return f"there is no job {name}; {hint}"


def _problem(job: DiscoveredJob, path: Path, code: str, message: str) -> Problem:
    return Problem(job.source, *job.config.place(path), code, message, root=job.root)
