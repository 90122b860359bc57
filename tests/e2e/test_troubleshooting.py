"""The commands of the section Troubleshooting in docs/operations.md show what it says, for release airflow."""

from __future__ import annotations

import pytest

from .harness.commands import shell, shell_until
from .harness.documentation import OPERATIONS, command, commands
from .harness.examples import DAG_IDS

pytestmark = pytest.mark.usefixtures("release")

NO_DAGS, IMPORT_ERRORS = "DAGs do not appear", "Import errors"
DISCOVER, LIST, FOLLOW_LOG, LIST_IMPORT_ERRORS = TESTED = (
    "airflow-control-plane discover",
    "ls -la",
    "kubectl logs",
    "list-import-errors",
)


def test_discover_lists_every_job():
    output = shell(command(OPERATIONS, NO_DAGS, DISCOVER))
    assert "example_job: Example job: prints a greeting" in output
    assert f"Total: {len(DAG_IDS)} job(s)" in output


def test_the_dag_folder_has_a_file_for_every_job():
    output = shell(command(OPERATIONS, NO_DAGS, LIST))
    files = {line.split()[-1] for line in output.splitlines()}
    assert {f"{dag_id}_dag.py" for dag_id in DAG_IDS} <= files


def test_the_sidecar_logs_what_it_did():
    assert shell_until(f"{len(DAG_IDS)} job(s)", command(OPERATIONS, NO_DAGS, FOLLOW_LOG))


def test_there_are_no_import_errors():
    assert "No data found" in shell(command(OPERATIONS, IMPORT_ERRORS, LIST_IMPORT_ERRORS))


def test_the_section_has_no_other_commands():
    documented = commands(OPERATIONS, NO_DAGS) + commands(OPERATIONS, IMPORT_ERRORS)
    assert [command for command in documented if not any(words in command for words in TESTED)] == []
