"""Writes a DAG folder as the scheduler reads it, as JSON: `python serialized_dags.py OUTPUT FOLDER`."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

# Imported before warnings are recorded, because Airflow changes how Python handles them.
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.serialization.serialized_objects import DagSerialization


def main(output: str, folder: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bag = BundleDagBag(Path(folder), bundle_path=Path(folder), bundle_name="dags-folder", load_op_links=False)
        dags = {dag_id: DagSerialization.to_dict(dag)["dag"] for dag_id, dag in bag.dags.items()}
    document = {
        "dags": dags,
        "import_errors": bag.import_errors,
        "warnings": [str(warning.message) for warning in caught],
    }
    Path(output).write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
