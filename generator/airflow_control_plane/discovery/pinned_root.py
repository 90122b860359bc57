"""A package root that may be swapped for another version while it is read."""

from __future__ import annotations

import os

from airflow_control_plane.model.signature import signature_at


class PinnedRoot:
    """A folder whose links are resolved once, for one pass.

    Afterwards `has_moved` tells whether one of them was changed, or the folder itself was changed, replaced or removed.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._real = os.path.realpath(path)
        self._pins = {path: self._real}
        self._signature = signature_at(path)

    def resolve(self, path: str) -> str | None:
        """The real path of something in the root, or None if a link leads out of the root."""
        real = os.path.realpath(path)
        self._pins[path] = real
        return real if os.path.commonpath([real, self._real]) == self._real else None

    def has_moved(self) -> bool:
        is_same = signature_at(self.path) == self._signature
        return not is_same or any(os.path.realpath(path) != real for path, real in self._pins.items())
