"""Reports how Airflow reads DAG folders, as JSON: `python dag_report.py OUTPUT FOLDER...`."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

# Imported before warnings are recorded, because Airflow changes how Python handles them.
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.serialization.serialized_objects import DagSerialization
from airflow.utils.dag_version_inflation_checker import check_dag_file_stability


def main(output: str, *folders: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reports = [report_on(Path(folder)) for folder in folders]
    document = {
        "folders": reports,
        "warnings": [f"{warning.category.__name__}: {warning.message}" for warning in caught],
        "modules": sorted(sys.modules),
    }
    Path(output).write_text(json.dumps(document), encoding="utf-8")


def report_on(folder: Path) -> dict[str, Any]:
    """Read the folder as the dag-processor does: same bag, same serialization, same check for unstable code."""
    bag = BundleDagBag(folder, bundle_path=folder, bundle_name="dags-folder", load_op_links=False)
    unstable = [check_dag_file_stability(path).get_formatted_warnings(bag.dag_ids) for path in folder.glob("*.py")]
    return {
        "dags": {dag_id: read_back(dag) for dag_id, dag in bag.dags.items()},
        "import_errors": bag.import_errors,
        "unstable": [warning for warnings_of_file in unstable for warning in warnings_of_file],
    }


def read_back(dag: Any) -> dict[str, Any]:
    """The facts that Airflow's database keeps."""
    stored = json.loads(json.dumps(DagSerialization.to_dict(dag)))
    dag = DagSerialization.from_dict(stored)
    return {
        "dag_id": dag.dag_id,
        "description": dag.description,
        "tags": sorted(dag.tags),
        "timetable": type(dag.timetable).__name__,
        "start_date": dag.start_date.isoformat(),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "is_paused_upon_creation": dag.is_paused_upon_creation,
        "args": dag.params.dump()["args"],
        "args_schema": dag.params.get_param("args").schema,
        "tasks": {task.task_id: task.task_type for task in dag.tasks},
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
