"""The images that the releases under test use: the chart's defaults, or those of the file that IMAGES names."""

from __future__ import annotations

from typing import Any

import yaml

from tools.cluster.settings import REPOSITORY

from .release import IMAGES
from .values import merged


def airflow() -> str:
    chart = yaml.safe_load((REPOSITORY / "Chart.yaml").read_text())
    image = values()["image"]
    return f"{image['repository']}:{image['tag'] or chart['appVersion']}"


def postgresql() -> str:
    image = values()["postgresql"]["image"]
    return f"{image['repository']}:{image['tag']}"


def values() -> dict[str, Any]:
    return merged(yaml.safe_load((REPOSITORY / "values.yaml").read_text()), overrides())


def overrides() -> dict[str, Any]:
    """The values of the images that differ from the chart's defaults."""
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / IMAGES).read_text()) if IMAGES else {}
    return found
