"""Each setting of a job that somebody set, or that differs from nothing, and where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airflow_control_plane.job_settings import DEFAULT_SETTINGS, SETTING_NAMES, merged
from airflow_control_plane.jobs import DiscoveredJob
from airflow_control_plane.rendering import literal
from airflow_control_plane.resolution import JobValues, layers_of

Row = tuple[str, str, str]


def explain_job(job: DiscoveredJob, values: JobValues) -> list[Row]:
    """Name, effective value and origin of every setting, in the order of the documentation."""
    layers = layers_of(job, values)
    effective = merged(*(layer for _, layer in layers))
    rows: list[Row] = []
    for name in SETTING_NAMES:
        if name == "after_any":
            continue
        origins = [origin for origin, layer in layers if name in layer]
        if not origins:
            rows.append((name, _shown(getattr(DEFAULT_SETTINGS, name)), "built-in"))
        elif isinstance(effective[name], dict) and len(origins) > 1:
            rows.append((name, _shown(effective[name]), " + ".join(origins)))
        else:
            rows.append((name, _shown(effective[name]), origins[-1]))
    return [*rows, *_remarks(job, values)]


def _remarks(job: DiscoveredJob, values: JobValues) -> Iterator[Row]:
    if job.settings.resources and values.executor not in (None, "KubernetesExecutor"):
        yield "resources", "not enforced", f"the {values.executor} runs jobs in its own pod"


def _shown(value: Any) -> str:
    if value is None or value == () or value == {}:
        return "-"
    return literal(list(value) if isinstance(value, tuple) else value)
