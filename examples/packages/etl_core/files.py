"""A job's files: a folder to work in, and writes that are complete or do not happen."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any

from etl_core.failures import InputInvalid, InputMissing, WorkingFolderUnusable


def working_folder(workdir: Path, package: str) -> Path:
    """The package's own folder inside the working folder, created if missing."""
    folder = workdir / package
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkingFolderUnusable(
            f"{folder}: cannot create the working folder ({error.strerror}); choose another with --workdir"
        ) from error
    return folder


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputMissing(f"{path}: no such file; create it or name another one") from error
    except OSError as error:
        raise InputInvalid(f"{path}: cannot read it ({error.strerror}); expected a readable file") from error


def read_json(path: Path) -> Any:
    try:
        return json.loads(read_bytes(path))
    except ValueError as error:
        raise InputInvalid(f"{path}: not JSON ({error}); delete it, and the next run creates it again") from error


def write_json(path: Path, value: Any) -> bool:
    """Like write_text. Keys are sorted, so equal values give equal files."""
    return write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> bool:
    """Replace the file in one step, so no reader sees half of it. Returns False if the text is unchanged."""
    content = text.encode()
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return True
