"""The values that the rest of the generator speaks about."""

from __future__ import annotations

from dataclasses import dataclass, field

from airflow_control_plane.discovery.job_config import NO_CONFIG, JobConfig
from airflow_control_plane.discovery.layout import is_importable
from airflow_control_plane.model.problem import printable
from airflow_control_plane.settings.layers import DEFAULT_SETTINGS, JobSettings

# Airflow allows 250 characters, but its dag-processor dies of a DAG file whose log, "<DAG id>_dag.py.log", has a longer
# name than the 255 bytes of a file system.
MAX_DAG_ID_LENGTH = 244
# The package is a tag of its DAGs, and Airflow refuses longer tags.
MAX_PACKAGE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class DiscoveredJob:
    """A job file with a valid JOB.

    `source` is the file's path relative to its package root, `import_root` the folder (relative too, "." for the
    root itself) that must be on sys.path for `module` to import. `config` is what the file asks for, `settings` what
    came out of it and of the values, `pod_template` the path of the template of its pod, if it has one of its own.
    Raises ValueError for names that no discovery gives.
    """

    package: str
    name: str
    description: str
    source: str
    import_root: str = "."
    root: str = field(default="", compare=False)
    config: JobConfig = NO_CONFIG
    settings: JobSettings = DEFAULT_SETTINGS
    pod_template: str | None = None

    def __post_init__(self) -> None:
        for name in (self.package, self.name):
            if not is_importable(name):
                raise ValueError(f"{name!r} is no name of a package or a job, expected a Python identifier in ASCII")
        if not self.source or not self.source.isascii() or not self.source.isprintable():
            raise ValueError(f"{self.source!r} is no source of a job, expected printable ASCII")

    @property
    def key(self) -> str:
        return f"{self.package}.{self.name}"

    @property
    def jobs_folder(self) -> str:
        return self.source.rpartition("/")[0]

    @property
    def module(self) -> str:
        return f"{self.package}.jobs.{self.name}"

    @property
    def dag_id(self) -> str:
        return f"{self.package}_{self.name}"

    @property
    def dag_filename(self) -> str:
        return f"{self.dag_id}_dag.py"

    @property
    def summary(self) -> str:
        """The description on one printable line."""
        return printable(" ".join(self.description.split()))
