"""What the chart's values say about all jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from airflow_control_plane.model.settings import Layer
from airflow_control_plane.settings.pod_template import PodTemplates


@dataclass(frozen=True, slots=True)
class Deployment:
    """Values `jobs`, and what else of the deployment decides whether a setting can work.

    `has_triggerer` and `executor` are None where they are unknown, as on a job author's own machine.
    """

    defaults: Layer = field(default_factory=dict)
    overrides: Mapping[str, Layer] = field(default_factory=dict)
    has_triggerer: bool | None = None
    executor: str | None = None
    pod_templates: PodTemplates | None = None

    @property
    def enforces_resources(self) -> bool:
        return self.executor in (None, "KubernetesExecutor")


UNKNOWN_DEPLOYMENT = Deployment()
