"""The manifest: what is known of each table that the reports are made from.

The table `<agency>/<table>` is the file `tables/<agency>/<table>.csv` of the working folder, its entry is
`manifest/<agency>/<table>.json`. One file an entry: refreshes that run at once never undo each other.
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
        """The names of all tables. To have none is a mistake that no job should call done."""
        folder = self.folder / "tables"
        tables = sorted(f"{path.parent.name}/{path.stem}" for path in folder.glob("*/*.csv"))
        if not tables:
            raise InputMissing(f"{folder}: no tables; put one there as AGENCY/TABLE.csv")
        return tables

    def has_entry(self, table: str) -> bool:
        return self._entry_path(table).exists()

    def entry(self, table: str) -> dict[str, Any]:
        entry: dict[str, Any] = read_json(self._entry_path(table))
        return entry

    def refresh(self, table: str) -> None:
        """Bring the table's entry up to date."""
        content = read_table(self.folder / "tables" / f"{table}.csv")
        changed = write_json(
            self._entry_path(table),
            {"table": table, "columns": content.columns, "rows": len(content.rows), "sha256": content.sha256},
        )
        log.info("%s: %d row(s), %s", table, len(content.rows), "updated" if changed else "unchanged")

    def refresh_each(self, tables: Sequence[str]) -> None:
        """Refresh as many of the tables as can be; those that cannot are named at the end."""
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
