"""One pass: look at the packages and the DAG folder, decide, write."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from airflow_control_plane.dag_generator.dag_file import render_dag
from airflow_control_plane.dag_generator.deletion_guards import Candidates, DeletionPolicy
from airflow_control_plane.dag_generator.folder import DagFolder, Inventory
from airflow_control_plane.dag_generator.generated_file import render_problems
from airflow_control_plane.dag_generator.plan import Action, Moment, Plan, make_plan
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.model.problem import errors_of
from airflow_control_plane.model.scan import Scan
from airflow_control_plane.settings.apply import JobValues, resolve


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pass found and did."""

    scan: Scan
    plan: Plan


class Synchronizer:
    """Brings the DAG folder in step with the packages. Remembers, so that a pass without changes is only a look."""

    def __init__(
        self, discovery: MultiPackageJobDiscovery, folder: DagFolder, advance: Callable[[], None] = lambda: None
    ) -> None:
        self._discovery = discovery
        self._folder = folder
        self._advance = advance
        self._candidates = Candidates()
        self._resolved: tuple[Scan, JobValues, Scan] | None = None
        self._settled: tuple[Outcome, Inventory] | None = None

    def scan(self, values: JobValues) -> Scan:
        """The packages as they are, with the settings that `values` lead to. Raises SourceError.

        The very same object as last time if nothing changed.
        """
        found = self._discovery.scan()
        if self._resolved is None or self._resolved[0] is not found or self._resolved[1] != values:
            self._resolved = (found, values, resolve(found, values))
        return self._resolved[2]

    def preview(self, scan: Scan, policy: DeletionPolicy) -> Outcome:
        """What a pass would do now. Raises OutputError."""
        return Outcome(scan, self._plan(scan, self._folder.inventory(), policy, is_full_pass=True))

    def run(
        self,
        scan: Scan,
        policy: DeletionPolicy,
        *,
        is_full_pass: bool = True,
        may_delete: bool = True,
        wait_seconds: float = 0,
    ) -> Outcome:
        """Brings the folder in step with `scan`, under the folder's lock. Raises OutputError."""
        with self._folder.lock(wait_seconds):
            inventory = self._folder.inventory()
            self._folder.remove_leftovers()
            if self._settled and self._settled[0].scan is scan and self._settled[1] is inventory:
                self._publish_pod_templates(self._settled[0].plan)
                return self._settled[0]
            plan = self._plan(scan, inventory, policy, is_full_pass)
            self._publish_pod_templates(plan)
            self._folder.publish(_texts(plan), self._advance)
            self._candidates = plan.candidates  # a pass that failed proves nothing about what may go
            if may_delete:
                self._folder.remove(step.filename for step in plan.of(Action.DELETE))
            outcome = Outcome(scan, plan)
            self._settled = None if plan.steps else (outcome, inventory)
            return outcome

    def _publish_pod_templates(self, plan: Plan) -> None:
        """Before the DAGs that name them; again if somebody removed them."""
        templates = self._resolved[1].pod_templates if self._resolved else None
        if templates:
            for job in plan.jobs:
                if job.pod_template:
                    templates.publish(job.settings.resources)

    def _plan(self, scan: Scan, inventory: Inventory, policy: DeletionPolicy, is_full_pass: bool) -> Plan:
        moment = Moment(time.monotonic(), is_full_pass, self._candidates)
        return make_plan(scan, inventory, policy, moment)


def _texts(plan: Plan) -> Iterator[tuple[str, str]]:
    for step in plan.of(Action.CREATE, Action.UPDATE):
        text = render_dag(step.job) if step.job else render_problems(errors_of(plan.problems))
        compile(text, step.filename, "exec")  # what does not compile is never published
        yield step.filename, text
