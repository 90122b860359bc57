"""The images of the releases under test: those of the chart's defaults, unless the tests bring their own."""

from __future__ import annotations

from typing import Any

import yaml

from .commands import REPOSITORY
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
    files = [REPOSITORY / "values.yaml", *([REPOSITORY / IMAGES] if IMAGES else [])]
    return merged(*(yaml.safe_load(file.read_text()) for file in files))
