"""A job in its two states: as its file declares it, and with the settings that it will run with."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field

from airflow_control_plane.model.settings import BUILT_IN_SETTINGS, NO_CONFIG, JobConfig, JobSettings
from airflow_control_plane.model.text import printable

# Airflow allows 250 characters, but its dag-processor crashes if the log file of a DAG file, "<DAG id>_dag.py.log", has
# a name longer than the 255 bytes of a file system.
MAX_DAG_ID_LENGTH = 244
# The package is a tag of its DAGs, and Airflow refuses longer tags.
MAX_PACKAGE_LENGTH = 100


def is_importable(name: str) -> bool:
    """ASCII only: other identifiers are legal in Python, but not everywhere a DAG id goes."""
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """Who a job is. Raises ValueError for names that discovery never produces.

    `source` is the file's path relative to its package root `root`. `import_root` is the folder, relative too ("." for
    the root itself), that must be on sys.path to import `module`.
    """

    package_name: str
    job_name: str
    description: str
    source: str
    import_root: str = "."
    root: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for name in (self.package_name, self.job_name):
            if not is_importable(name):
                raise ValueError(f"invalid name {name!r}: a package or job name must be an ASCII Python identifier")
        if not self.source or not self.source.isascii() or not self.source.isprintable():
            raise ValueError(f"invalid source {self.source!r}: expected a path in printable ASCII")

    @property
    def key(self) -> str:
        return f"{self.package_name}.{self.job_name}"

    @property
    def jobs_folder(self) -> str:
        return self.source.rpartition("/")[0]

    @property
    def module(self) -> str:
        return f"{self.package_name}.jobs.{self.job_name}"

    @property
    def dag_id(self) -> str:
        return f"{self.package_name}_{self.job_name}"

    @property
    def dag_filename(self) -> str:
        return f"{self.dag_id}_dag.py"

    @property
    def summary(self) -> str:
        """The description on one printable line."""
        return printable(" ".join(self.description.split()))


def identity(job: JobIdentity) -> tuple[str, str, str, str, str, str]:
    """The fields that both states of a job share, in their order."""
    return job.package_name, job.job_name, job.description, job.source, job.import_root, job.root


@dataclass(frozen=True, slots=True)
class DeclaredJob(JobIdentity):
    """A job file with a valid JOB, and what its JOB_CONFIG asks for."""

    config: JobConfig = NO_CONFIG


@dataclass(frozen=True, slots=True)
class DiscoveredJob(JobIdentity):
    """A job with its settings, ready to be rendered. `pod_template` is the path of its own pod template, if any."""

    settings: JobSettings = BUILT_IN_SETTINGS
    pod_template: str | None = None
