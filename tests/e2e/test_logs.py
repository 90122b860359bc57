"""With `logs.persistence`, the log of a finished task outlives the pod that ran it."""

from __future__ import annotations

from .harness.durable import GREETING, Durable


def test_the_log_of_a_finished_task_can_be_read_after_its_pod_was_replaced(durable: Durable):
    with durable.release.airflow() as airflow:
        run_id = airflow.trigger(GREETING, {"args": ["for", "later"]})
        assert airflow.end_of_run(GREETING, run_id) == "success"
    durable.release.kubectl("delete", "pod", durable.pod("scheduler")["metadata"]["name"])
    durable.release.kubectl("rollout", "status", "deployment/airflow-scheduler", "--timeout=300s")
    with durable.release.airflow() as airflow:
        assert airflow.task_output(GREETING, run_id) == ["hello for later"]
