"""Turns plain Python jobs into Airflow DAG files and keeps them in step. Standard library only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from airflow_control_plane.version import VERSION as __version__

if TYPE_CHECKING:
    from airflow_control_plane.dag_generator.generator import DagGenerator
    from airflow_control_plane.discovery.scanner import DiscoveredJob, MultiPackageJobDiscovery

__all__ = ["DagGenerator", "DiscoveredJob", "MultiPackageJobDiscovery", "__version__"]

_MODULES = {
    "DagGenerator": "airflow_control_plane.dag_generator.generator",
    "DiscoveredJob": "airflow_control_plane.discovery.scanner",
    "MultiPackageJobDiscovery": "airflow_control_plane.discovery.scanner",
}


def __getattr__(name: str) -> object:
    """Imports on first use: a task that only needs `runtime` does not load the whole generator."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
