"""Every setting of a job, and where its value comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from airflow_control_plane.model.job import DeclaredJob
from airflow_control_plane.model.settings import BUILT_IN_SETTINGS, Layer
from airflow_control_plane.model.text import literal
from airflow_control_plane.settings.deployment import Deployment
from airflow_control_plane.settings.layers import are_merged, layers_of, merged
from airflow_control_plane.settings.schema import OFF


@dataclass(frozen=True, slots=True)
class Explanation:
    """A setting with its effective value and the place that set it. `remark` says what is special about it here."""

    name: str
    value: Any
    origin: str
    remark: str = ""

    @property
    def shown(self) -> str:
        is_nothing = self.value is None or self.value == [] or self.value == {}
        return "-" if is_nothing else literal(self.value)


def explain_job(job: DeclaredJob, deployment: Deployment) -> Iterator[Explanation]:
    """Every setting, in the order of the documentation."""
    layers = layers_of(job, deployment)
    effective = merged(*(layer for _, layer in layers))
    for name in (setting.name for setting in fields(BUILT_IN_SETTINGS) if setting.name != "after_any"):
        if name in effective:
            origin = " + ".join(_origins(name, layers))
            yield Explanation(name, effective[name], origin, _remark(name, effective[name], deployment))
        else:
            value = getattr(BUILT_IN_SETTINGS, name)
            yield Explanation(name, list(value) if isinstance(value, tuple) else value, "built-in")


def _origins(name: str, layers: Iterable[tuple[str, Layer]]) -> list[str]:
    """The place that a value comes from, or the places that each set a part of one map."""
    origins: list[str] = []
    below: Any = None
    for origin, layer in layers:
        if name in layer:
            origins = [*origins, origin] if are_merged(name, below, layer[name]) else [origin]
            below = layer[name]
    return origins


def _remark(name: str, value: Any, deployment: Deployment) -> str:
    if name == "resources" and value != OFF and not deployment.enforces_resources:
        return f"not enforced: the {deployment.executor} runs all jobs in its own pod"
    return ""
