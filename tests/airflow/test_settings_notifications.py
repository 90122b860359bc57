"""Notifications about runs by email and Slack webhook, from a live Airflow."""

from __future__ import annotations

import pytest
from inbox import SENDER, Mail
from live_airflow import Ended, LiveAirflow, Run

TEAM = "team@example.com"
JOBS = (
    "is_late",
    "fails",
    "raises",
    "gives_up",
    "recovers",
    "succeeds",
    "connection_missing",
    "provider_missing",
    "is_lost",
)


@pytest.fixture(scope="module")
def runs(airflow: LiveAirflow) -> dict[str, Run]:
    return {f"notify_{job}": airflow.trigger(f"notify_{job}", {}) for job in JOBS}


def mail_about(airflow: LiveAirflow, run: Run) -> Mail:
    [mail] = airflow.wait(f"an email about {run}", lambda: airflow.inbox.mails_about(run.run_id))
    return mail


def post_about(airflow: LiveAirflow, run: Run) -> str:
    [post] = airflow.wait(f"a post about {run}", lambda: airflow.inbox.posts_about(run.run_id))
    return post


def log_link(airflow: LiveAirflow, run: Run, try_number: int = 1) -> str:
    run_id = run.run_id.replace(":", "%3A").replace("+", "%2B")
    return f"{airflow.home.url}/dags/{run.dag_id}/runs/{run_id}/tasks/run?try_number={try_number}"


def test_a_slack_message_about_a_failure_names_run_try_exit_code_and_log(airflow: LiveAirflow, runs: dict[str, Run]):
    run = runs["notify_fails"]

    assert post_about(airflow, run).splitlines() == [
        "*notify_fails failed*",
        f"run: {run.run_id}",
        "try: 1",
        "exit code: 7",
        f"log: {log_link(airflow, run)}",
    ]


def test_an_email_about_a_failure_names_the_same(airflow: LiveAirflow, runs: dict[str, Run]):
    run = runs["notify_fails"]

    mail = mail_about(airflow, run)

    assert (mail.sender, mail.to, mail.subject) == (SENDER, TEAM, "notify_fails failed")
    assert f"run: {run.run_id}" in mail.text
    assert "try: 1" in mail.text
    assert "exit code: 7" in mail.text
    assert log_link(airflow, run) in mail.text


def test_the_text_of_an_exception_is_escaped(airflow: LiveAirflow, runs: dict[str, Run]):
    run = runs["notify_raises"]
    escaped = "error: LookupError: no such customer: &lt;!channel&gt; &amp; {{ ds }}"

    assert escaped in post_about(airflow, run)
    assert escaped in mail_about(airflow, run).text


def test_a_job_that_must_not_be_retried_sends_one_failure_with_its_exit_code(
    airflow: LiveAirflow, runs: dict[str, Run]
):
    post = post_about(airflow, runs["notify_gives_up"])

    assert "*notify_gives_up failed*" in post
    assert "exit code: 98" in post


def test_a_retry_and_the_success_after_it_are_reported_with_the_try_number(airflow: LiveAirflow, runs: dict[str, Run]):
    run = runs["notify_recovers"]

    mail, post = mail_about(airflow, run), post_about(airflow, run)

    assert mail.subject == "notify_recovers failed and will be retried"
    assert "try: 1" in mail.text
    assert "exit code: 5" in mail.text
    assert log_link(airflow, run, try_number=1) in mail.text
    assert "*notify_recovers succeeded*" in post
    assert "try: 2" in post
    assert log_link(airflow, run, try_number=2) in post


def test_a_success_is_reported_only_to_the_targets_of_on_success(airflow: LiveAirflow, runs: dict[str, Run]):
    mail = mail_about(airflow, runs["notify_succeeds"])

    assert mail.subject == "notify_succeeds succeeded"
    assert "exit code" not in mail.text
    assert airflow.inbox.posts_about(runs["notify_succeeds"].run_id) == []


@pytest.mark.parametrize(
    ("dag_id", "reason"),
    [
        ("notify_connection_missing", "AirflowNotFoundException: The conn_id `nobody-knows` isn't defined"),
        ("notify_provider_missing", "airflow.providers.slack"),
    ],
)
def test_a_notification_that_cannot_be_sent_is_logged_and_does_not_fail_the_run(
    airflow: LiveAirflow, runs: dict[str, Run], dag_id: str, reason: str
):
    ended = airflow.result(runs[dag_id])

    assert ended.state == "success", ended.log
    mail_about(airflow, runs[dag_id])
    log = log_with(airflow, runs[dag_id], "could not be notified").log
    assert f"could not be notified: {dag_id} succeeded" in log
    assert reason in log


def log_with(airflow: LiveAirflow, run: Run, text: str) -> Ended:
    """Wait for the text, because a callback logs shortly after its task has ended."""

    def found() -> Ended | None:
        ended = airflow.result(run)
        return ended if text in ended.log else None

    return airflow.wait(f"{text!r} in the log of {run}", found)


def test_a_missed_deadline_is_reported_by_the_triggerer_while_the_run_continues(
    airflow: LiveAirflow, runs: dict[str, Run]
):
    run = runs["notify_is_late"]

    post, mail = post_about(airflow, run), mail_about(airflow, run)

    assert mail.subject == "notify.is_late missed its deadline"
    assert post.splitlines()[:2] == ["*notify.is_late missed its deadline*", f"run: {run.run_id}"]
    assert "deadline: " in post
    assert airflow.api.run_state(run.dag_id, run.run_id) == "running"
    assert airflow.result(run).state == "success"


def test_a_run_lost_with_its_worker_is_reported_by_the_dag_processor(airflow: LiveAirflow, runs: dict[str, Run]):
    run = runs["notify_is_lost"]

    post = post_about(airflow, run)

    assert post.splitlines() == [
        "*notify_is_lost failed*",
        f"run: {run.run_id}",
        "try: 1",
        f"log: {log_link(airflow, run)}",
    ]
