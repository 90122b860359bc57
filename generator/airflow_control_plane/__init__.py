"""Turns plain Python jobs into Airflow DAG files, and keeps them in step. Standard library only."""

from airflow_control_plane.dag_generator.generator import DagGenerator
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.package_jobs import JobDefinition, discover_package_jobs
from airflow_control_plane.version import VERSION as __version__

__all__ = [
    "DagGenerator",
    "DiscoveredJob",
    "JobDefinition",
    "MultiPackageJobDiscovery",
    "__version__",
    "discover_package_jobs",
]
