"""Values merged as Helm merges several files: maps are merged, for everything else the last one wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            below = result.get(key)
            both_maps = isinstance(below, Mapping) and isinstance(value, Mapping)
            result[key] = merged(below, value) if both_maps else value
    return result
