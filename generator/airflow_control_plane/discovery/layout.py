"""Where a package keeps its jobs, and which files may be jobs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths relative to the package root: the jobs folder of the importable package, and its import root."""

    package_name: str
    import_root: str
    jobs_folder: str


def layouts(folder: str) -> tuple[Layout, ...]:
    """The layouts that a folder of a package root may have. The folder may have hyphens where the package has `_`."""
    package = folder.replace("-", "_")
    return (
        Layout(folder, ".", f"{folder}/jobs"),
        Layout(package, folder, f"{folder}/{package}/jobs"),
        Layout(package, f"{folder}/src", f"{folder}/src/{package}/jobs"),
    )


def may_be_job_file(filename: str) -> bool:
    return filename.endswith(".py") and not filename.startswith(("_", ".", "test_")) and filename != "conftest.py"
