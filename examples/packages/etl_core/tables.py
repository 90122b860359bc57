"""Strict reading of CSV files: anything malformed is an error that names the line."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from etl_core.failures import InputInvalid
from etl_core.files import read_bytes


@dataclass(frozen=True)
class Table:
    columns: list[str]
    rows: dict[int, dict[str, str]]  # keyed by line number, for messages about a row
    sha256: str


def read_table(path: Path) -> Table:
    content = read_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputInvalid(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error

    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = next(reader, [])
        if not columns or len(set(columns)) < len(columns):
            raise InputInvalid(f"{path}:1: expected unique column names, found {columns}")
        rows = {}
        for values in filter(None, reader):
            if len(values) != len(columns):
                raise InputInvalid(f"{path}:{reader.line_num}: expected {len(columns)} value(s), found {len(values)}")
            rows[reader.line_num] = dict(zip(columns, values, strict=True))
    except csv.Error as error:
        raise InputInvalid(f"{path}:{reader.line_num}: not CSV ({error}); fix the line") from error
    return Table(columns, rows, hashlib.sha256(content).hexdigest())
