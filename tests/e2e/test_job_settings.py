"""Job settings on the cluster: values reach Airflow, and the chart's triggerer reports missed deadlines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from .harness import release_images
from .harness.airflow import Airflow
from .harness.commands import apply
from .harness.jobs import AWAIT_FILE
from .harness.measuring import Measure
from .harness.namespaces import namespace
from .harness.packages_volume import VALUES, PackagesVolume
from .harness.pods import pod
from .harness.release import LIGHT, Release
from .harness.values import merged
from .harness.waiting import eventually

LATE = AWAIT_FILE + 'JOB_CONFIG = {"deadline": "5s", "notify": {"on_deadline": ["slack:alerts"]}}\n'
INBOX = "slack"
PORT = 8080
# Answers like Slack and prints what it receives, so that its log is the inbox.
SLACK = f"""\
from http.server import BaseHTTPRequestHandler, HTTPServer


class Slack(BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.rfile.read(int(self.headers["Content-Length"])).decode(), flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")


HTTPServer(("", {PORT}), Slack).serve_forever()
"""


@dataclass(frozen=True)
class Installed:
    release: Release
    volume: PackagesVolume
    values: dict[str, object]
    airflow: Airflow


@pytest.fixture(scope="module")
def installed(cluster: None) -> Iterator[Installed]:
    """A release with a triggerer, a job with a deadline, and a fake Slack."""
    with namespace("e2e-settings") as name:
        volume = PackagesVolume(name)
        volume.create()
        volume.write("shop/jobs/late.py", LATE)
        apply(pod(name, INBOX, {"image": release_images.airflow(), "command": ["python", "-c", SLACK]}))
        release = Release(name)
        release.kubectl("wait", f"pod/{INBOX}", "--for=condition=Ready", "--timeout=120s")
        address = release.get("pod", INBOX)["status"]["podIP"]
        connection = json.dumps({"conn_type": "slackwebhook", "password": f"http://{address}:{PORT}/hook"})
        values = merged(
            {**LIGHT, **VALUES},
            {
                "triggerer": {"enabled": True, "resources": {"requests": {"cpu": "10m"}}},
                "airflow": {"extraEnv": [{"name": "AIRFLOW_CONN_ALERTS", "value": connection}]},
            },
        )
        release.install(values)
        with release.airflow() as airflow:
            yield Installed(release, volume, values, airflow)


def test_a_missed_deadline_is_reported_while_the_run_goes_on(installed: Installed, measure: Measure):
    eventually(lambda: installed.airflow.dag("shop_late"), "Airflow lists shop_late")
    run_id = installed.airflow.trigger("shop_late", {"args": ["may-end"]})
    with measure("a missed deadline of 5 s: Slack is notified"):
        message = eventually(lambda: installed.release.kubectl("logs", INBOX), "Slack is notified of the deadline")
    assert "shop.late missed its deadline" in message
    assert run_id in message
    assert installed.airflow.run_state("shop_late", run_id) == "running"
    installed.volume.write("may-end", "")
    assert installed.airflow.end_of_run("shop_late", run_id) == "success"


def test_an_override_in_the_values_changes_the_dag_and_restarts_nothing(installed: Installed, measure: Measure):
    before = installed.release.container_ids()
    overrides = {"shop.late": {"schedule": "0 3 * * *", "group": "night"}}
    installed.release.upgrade(merged(installed.values, {"jobs": {"overrides": overrides}}))
    with measure("helm upgrade overrides a job's settings: its DAG has them"):
        eventually(lambda: is_nightly(installed.airflow), "shop_late runs at 3 and is tagged group:night", 180)
    assert installed.release.container_ids() == before


def test_off_in_the_values_removes_a_schedule(installed: Installed):
    defaults = {"schedule": "0 3 * * *"}
    overrides = {"shop.late": {"schedule": "off"}}
    installed.release.upgrade(merged(installed.values, {"jobs": {"defaults": defaults, "overrides": overrides}}))
    eventually(lambda: schedule_of(installed.airflow) is None, "shop_late has no schedule", 180)


def schedule_of(airflow: Airflow) -> str | None:
    dag = airflow.dag("shop_late")
    assert dag
    summary: str | None = dag["timetable_summary"]
    return summary


def is_nightly(airflow: Airflow) -> bool:
    dag = airflow.dag("shop_late")
    assert dag
    tags = {tag["name"] for tag in dag["tags"]}
    return schedule_of(airflow) == "0 3 * * *" and "group:night" in tags
