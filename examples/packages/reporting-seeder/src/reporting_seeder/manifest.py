"""The manifest: one entry for each table that the reports use.

The table `<agency>/<table>` is the file `tables/<agency>/<table>.csv` of the working folder. Its entry is the file
`manifest/<agency>/<table>.json`: with one file per entry, concurrent refreshes cannot overwrite each other.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl_core.failures import InputMissing, JobFailure, PartlyDone
from etl_core.files import read_json, working_folder, write_json
from etl_core.tables import read_table

from reporting_seeder.sample import seed_tables

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Manifest:
    folder: Path

    def tables(self) -> list[str]:
        """The names of all tables. Having none is an error: a job with nothing to do must not look successful."""
        folder = self.folder / "tables"
        tables = sorted(f"{path.parent.name}/{path.stem}" for path in folder.glob("*/*.csv"))
        if not tables:
            raise InputMissing(f"{folder}: no tables; add one as AGENCY/TABLE.csv")
        return tables

    def has_entry(self, table: str) -> bool:
        return self._entry_path(table).exists()

    def entry(self, table: str) -> dict[str, Any]:
        entry: dict[str, Any] = read_json(self._entry_path(table))
        return entry

    def refresh(self, table: str) -> None:
        """Write the table's entry if the table has changed."""
        content = read_table(self.folder / "tables" / f"{table}.csv")
        changed = write_json(
            self._entry_path(table),
            {"table": table, "columns": content.columns, "rows": len(content.rows), "sha256": content.sha256},
        )
        log.info("%s: %d row(s), %s", table, len(content.rows), "updated" if changed else "unchanged")

    def refresh_each(self, tables: Sequence[str]) -> None:
        """Refresh every table that is valid, then fail with the names of the others."""
        failed = []
        for table in tables:
            try:
                self.refresh(table)
            except JobFailure as failure:
                log.error("%s", failure)
                failed.append(table)
        if failed:
            raise PartlyDone(f"{len(failed)} of {len(tables)} table(s) not refreshed: {', '.join(failed)}")

    def _entry_path(self, table: str) -> Path:
        return self.folder / "manifest" / f"{table}.json"


def open_manifest(workdir: Path) -> Manifest:
    folder = working_folder(workdir, "reporting_seeder")
    seed_tables(folder / "tables")
    return Manifest(folder)
