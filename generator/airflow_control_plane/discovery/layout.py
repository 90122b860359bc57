"""Where a package keeps its jobs: the three layouts, and which names can be imported."""

from __future__ import annotations

import keyword
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths relative to the package root: the importable package's jobs folder and its import root."""

    package: str
    import_root: str
    jobs_folder: str


def layouts(folder: str) -> tuple[Layout, ...]:
    """The layouts that a folder of a package root may have. It may have hyphens, the package underscores."""
    package = folder.replace("-", "_")
    return (
        Layout(folder, ".", f"{folder}/jobs"),
        Layout(package, folder, f"{folder}/{package}/jobs"),
        Layout(package, f"{folder}/src", f"{folder}/src/{package}/jobs"),
    )


def is_importable(name: str) -> bool:
    """ASCII only: other identifiers are legal Python, but not legal everywhere a DAG id goes."""
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def may_be_job_file(filename: str) -> bool:
    return filename.endswith(".py") and not filename.startswith(("_", ".", "test_")) and filename != "conftest.py"
