"""Writes pod templates where the DAG files say they are."""

from __future__ import annotations

import os
from collections.abc import Mapping

from airflow_control_plane.dag_generator.atomic_write import write_atomically
from airflow_control_plane.model.errors import OutputError


def write_pod_templates(templates: Mapping[str, bytes]) -> None:
    """Writes the templates, by path, that do not exist yet. Raises OutputError."""
    for path, content in templates.items():
        try:
            if not os.path.exists(path):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                write_atomically(path, content)
        except OSError as error:
            raise OutputError(f"the pod template {path} cannot be written: {error.strerror}") from error
