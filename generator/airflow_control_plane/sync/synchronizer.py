"""One pass: look at the packages and at the DAG folder, decide, write."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from airflow_control_plane.dag_generator.deletion_guards import Candidates, DeletionPolicy
from airflow_control_plane.dag_generator.folder import DagFolder, Inventory
from airflow_control_plane.dag_generator.plan import Action, Moment, Plan, make_plan
from airflow_control_plane.dag_generator.pod_template_files import write_pod_templates
from airflow_control_plane.discovery.scanner import MultiPackageJobDiscovery
from airflow_control_plane.model.catalog import Catalog
from airflow_control_plane.settings.deployment import Deployment
from airflow_control_plane.settings.settings_file import SyncSettings


def deletion_policy(settings: SyncSettings, *, allow_empty: bool = False, allow_mass: bool = False) -> DeletionPolicy:
    """What may be deleted by the settings, or by an option that allows more."""
    return DeletionPolicy(settings.allow_empty or allow_empty, allow_mass, settings.atomic_source)


@dataclass(frozen=True, slots=True)
class PassResult:
    """What a pass found and did."""

    catalog: Catalog
    plan: Plan


class Synchronizer:
    """Brings the DAG folder in step with the packages. It remembers, so that a pass without changes writes nothing."""

    def __init__(
        self, discovery: MultiPackageJobDiscovery, folder: DagFolder, advance: Callable[[], None] = lambda: None
    ) -> None:
        self._discovery = discovery
        self._folder = folder
        self._advance = advance
        self._candidates = Candidates()
        self._settled: tuple[PassResult, Inventory] | None = None

    def catalog(self, deployment: Deployment) -> Catalog:
        """The jobs as they are now; the same object as last time if nothing changed. Raises SourceError."""
        return self._discovery.catalog(deployment)

    def preview(self, catalog: Catalog, policy: DeletionPolicy) -> Plan:
        """What a pass would do now. Raises OutputError."""
        return self._plan(catalog, self._folder.inventory(), policy, is_full_pass=True)

    def run(
        self,
        catalog: Catalog,
        policy: DeletionPolicy,
        *,
        is_full_pass: bool = True,
        may_delete: bool = True,
        wait_seconds: float = 0,
    ) -> PassResult:
        """Brings the folder in step with `catalog`, under the folder's lock. Raises OutputError."""
        with self._folder.lock(wait_seconds):
            inventory = self._folder.inventory()
            self._folder.remove_leftovers()
            write_pod_templates(catalog.pod_templates)  # before the DAGs that name them
            if self._settled and self._settled[0].catalog is catalog and self._settled[1] is inventory:
                return self._settled[0]
            plan = self._plan(catalog, inventory, policy, is_full_pass)
            self._folder.publish(plan.texts(), self._advance)
            self._candidates = plan.candidates  # only now: a pass that failed proves nothing about what may be deleted
            if may_delete:
                self._folder.remove(step.filename for step in plan.of(Action.DELETE))
            result = PassResult(catalog, plan)
            self._settled = None if plan.steps else (result, inventory)
            return result

    def _plan(self, catalog: Catalog, inventory: Inventory, policy: DeletionPolicy, is_full_pass: bool) -> Plan:
        return make_plan(catalog, inventory, policy, Moment(time.monotonic(), is_full_pass, self._candidates))
