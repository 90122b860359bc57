"""Each setting of a job that somebody set, or that differs from nothing, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from airflow_control_plane.dag_generator.generated_file import literal
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.settings.apply import JobValues, layers_of
from airflow_control_plane.settings.layers import DEFAULT_SETTINGS, SETTING_NAMES, Layer, are_merged, merged
from airflow_control_plane.settings.schema import OFF


@dataclass(frozen=True, slots=True)
class Explanation:
    """A setting with its effective value and where it came from; `remark` says what is special about it here."""

    name: str
    value: Any
    origin: str
    remark: str = ""

    @property
    def shown(self) -> str:
        is_nothing = self.value is None or self.value == [] or self.value == {}
        return "-" if is_nothing else literal(self.value)


def explain_job(job: DiscoveredJob, values: JobValues) -> Iterator[Explanation]:
    """Every setting, in the order of the documentation."""
    layers = layers_of(job, values)
    effective = merged(*(layer for _, layer in layers))
    for name in SETTING_NAMES:
        if name == "after_any":
            continue
        if name in effective:
            origin = " + ".join(_origins(name, layers))
            yield Explanation(name, effective[name], origin, _remark(name, effective[name], values))
        else:
            value = getattr(DEFAULT_SETTINGS, name)
            yield Explanation(name, list(value) if isinstance(value, tuple) else value, "built-in")


def _origins(name: str, layers: Iterable[tuple[str, Layer]]) -> list[str]:
    """Where a value comes from: one place, or several that asked for parts of one map."""
    origins: list[str] = []
    below: Any = None
    for origin, layer in layers:
        if name in layer:
            origins = [*origins, origin] if are_merged(name, below, layer[name]) else [origin]
            below = layer[name]
    return origins


def _remark(name: str, value: Any, values: JobValues) -> str:
    if name == "resources" and value != OFF and values.executor not in (None, "KubernetesExecutor"):
        return f"not enforced: the {values.executor} runs jobs in its own pod"
    return ""
