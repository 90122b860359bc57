"""The settings file of a running loop."""

from __future__ import annotations

import logging

from airflow_control_plane.model.errors import UsageError
from airflow_control_plane.model.signature import signature_at
from airflow_control_plane.settings.settings_file import Settings, load_settings

log = logging.getLogger(__name__)


class WatchedSettings:
    """`current` is the settings file as it is now, or its last valid version while `error` says what is wrong.

    Raises UsageError if the file is invalid from the start.
    """

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._signature = signature_at(path) if path else None
        self.current: Settings = load_settings(path)
        self.error = ""

    def refresh(self) -> None:
        """Reads the file again if it changed."""
        if self._path is None:
            return
        seen_now = signature_at(self._path)
        if seen_now == self._signature:
            return
        self._signature = seen_now
        try:
            self.current, self.error = load_settings(self._path), ""
            log.info("read the settings again from %s", self._path)
        except UsageError as error:
            self.error = str(error)
            log.error("%s; the last valid settings stay in force", error)
