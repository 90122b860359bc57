"""DAG files for jobs, as a Python API. The commands use `sync.synchronizer`, which knows why a job is missing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.dag_generator.deletion_guards import DeletionPolicy
from airflow_control_plane.dag_generator.folder import DagFolder
from airflow_control_plane.dag_generator.generated_file import PROBLEMS_FILENAME
from airflow_control_plane.dag_generator.plan import Action, Moment, Plan, make_plan
from airflow_control_plane.model.catalog import Catalog
from airflow_control_plane.model.errors import OutputError
from airflow_control_plane.model.job import DiscoveredJob


class DagGenerator:
    """Writes and removes the DAG files of jobs in one folder. Files that it did not generate are never touched."""

    def __init__(self, dags_dir: str | os.PathLike[str]) -> None:
        self._folder = DagFolder(dags_dir)

    def generate_dag_for_job(self, job: DiscoveredJob) -> str:
        """The text of the job's DAG file."""
        return render_dag(job)

    def write_dag_file(self, job: DiscoveredJob) -> Path:
        """Writes the job's DAG file if it differs. Raises OutputError, also if a foreign file has its name."""
        return self.generate_all_dags([job])[0]

    def generate_all_dags(self, jobs: Iterable[DiscoveredJob]) -> list[Path]:
        """Writes the DAG files that differ and removes none. Raises OutputError."""
        with self._folder.lock():
            plan = self._plan(jobs)
            if plan.problems:
                raise OutputError("; ".join(map(str, plan.problems)))
            self._folder.publish(plan.texts())
        return [Path(self._folder.path, job.dag_filename) for job in plan.jobs]

    def clean_stale_dags(self, jobs: Iterable[DiscoveredJob]) -> list[Path]:
        """Removes the DAG files of jobs that are not in `jobs`; an empty `jobs` removes nothing. Raises OutputError.

        Discovery does not return a job whose file is broken. To keep its last DAG, use the `sync` command.
        """
        with self._folder.lock():
            deleted = (step.filename for step in self._plan(jobs).of(Action.DELETE))
            stale = [name for name in deleted if name != PROBLEMS_FILENAME]
            self._folder.remove(stale)
        return [Path(self._folder.path, name) for name in stale]

    def _plan(self, jobs: Iterable[DiscoveredJob]) -> Plan:
        return make_plan(Catalog(tuple(jobs)), self._folder.inventory(), DeletionPolicy(allow_mass=True), Moment())
