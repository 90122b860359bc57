"""Log lines for people (text) or for machines (one JSON object per line)."""

from __future__ import annotations

import json
import logging
import os
import sys
import time

from airflow_control_plane.model.errors import UsageError
from airflow_control_plane.model.text import printable

FORMAT_VARIABLE = "AIRFLOW_CONTROL_PLANE_LOG_FORMAT"


class TextFormatter(logging.Formatter):
    """One line, whatever the message contains. Only the traceback of an unexpected error adds lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return printable(super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """One line, whatever the message contains: JSON escapes line ends and control characters."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def configure_logging() -> None:
    """Logs to standard error in the format that the environment names. Raises UsageError for an unknown one."""
    log_format = os.environ.get(FORMAT_VARIABLE) or "text"
    if log_format not in ("text", "json"):
        raise UsageError(f"{FORMAT_VARIABLE} is {log_format!r}; expected text or json")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter() if log_format == "json" else TextFormatter("%(asctime)s %(levelname)s %(message)s")
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
