"""DAG files for jobs, for programs that bring their own discovery: the commands use the `Synchronizer`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.dag_generator.deletion_guards import DeletionPolicy
from airflow_control_plane.dag_generator.folder import DagFolder
from airflow_control_plane.dag_generator.generated_file import PROBLEMS_FILENAME
from airflow_control_plane.dag_generator.plan import Action, Moment, make_plan
from airflow_control_plane.model.errors import OutputError
from airflow_control_plane.model.job import DiscoveredJob
from airflow_control_plane.model.scan import Scan


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
        scan = Scan(tuple(jobs))
        with self._folder.lock():
            plan = make_plan(scan, self._folder.inventory(), DeletionPolicy(), Moment())
            if plan.problems:
                raise OutputError("; ".join(map(str, plan.problems)))
            changed = (step.job for step in plan.of(Action.CREATE, Action.UPDATE) if step.job)
            self._folder.publish((job.dag_filename, render_dag(job)) for job in changed)
        return [Path(self._folder.path, job.dag_filename) for job in scan.jobs]

    def clean_stale_dags(self, jobs: Iterable[DiscoveredJob]) -> list[Path]:
        """Removes the DAG files of jobs that are not among `jobs`, however many; no jobs at all remove nothing.

        A job whose file is broken is not among those that discovery gives: to keep its last DAG, use the `sync`
        command, which knows why a job is missing. Raises OutputError.
        """
        with self._folder.lock():
            policy = DeletionPolicy(allow_mass=True)
            plan = make_plan(Scan(tuple(jobs)), self._folder.inventory(), policy, Moment())
            stale = [step.filename for step in plan.of(Action.DELETE) if step.filename != PROBLEMS_FILENAME]
            self._folder.remove(stale)
        return [Path(self._folder.path, name) for name in stale]
