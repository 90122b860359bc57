"""What you do in the UI: log in, find a DAG, run it with arguments, read what it printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .harness.browser import browser_page
from .harness.release import Release
from .harness.reports import FOLDER

DAG = "data_pipeline_example_job"


@pytest.fixture
def page(release: Release) -> Iterator[Page]:
    with release.webserver() as url, browser_page(url) as page:
        yield page


def test_a_job_can_be_found_by_its_package_run_with_arguments_and_its_output_read(page: Page, release: Release):
    log_in(page, release)
    find_by_tag(page, "data_pipeline")
    picture(page, "ui-dags")

    page.get_by_role("link", name=DAG).click()
    page.get_by_role("link", name="Overview").wait_for()
    page.get_by_role("button", name="Trigger").click()
    form = page.get_by_role("dialog")
    form.locator("[name=element_args]").fill("--name\nAda Lovelace")
    picture(page, "ui-trigger")
    form.get_by_role("button", name="Trigger").click()
    form.wait_for(state="hidden")

    page.get_by_role("heading", name="manual__").wait_for()
    expect(page.get_by_text("Success").first).to_be_visible()
    page.get_by_role("table").get_by_role("link", name="run", exact=True).click()
    expect(page.get_by_text("Hello, Ada Lovelace!")).to_be_visible()
    expect(page.get_by_text("Dag Run Triggered")).to_be_hidden()
    picture(page, "ui-log")


def test_the_jobs_of_a_group_can_be_found_by_its_tag(page: Page, release: Release):
    log_in(page, release)
    find_by_tag(page, "group:reporting")
    for job in ("capture_release_snapshot", "refresh_agency", "refresh_all", "refresh_table"):
        expect(page.get_by_role("link", name=f"reporting_seeder_{job}")).to_be_visible()
    expect(page.get_by_role("link", name="reporting_seeder_hello_world")).to_have_count(0)
    picture(page, "ui-group")


def log_in(page: Page, release: Release) -> None:
    page.goto("/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(release.secret("admin-password", "password"))
    page.get_by_role("button", name="Sign In").click()
    page.get_by_role("heading", name="Welcome").wait_for()


def find_by_tag(page: Page, tag: str) -> None:
    page.get_by_role("link", name="Dags", exact=True).first.click()
    page.get_by_role("combobox", name="Filter Dags by tag").click()
    page.get_by_role("option", name=tag).click()
    expect(page.get_by_role("link", name=tag).first).to_be_visible()
    expect(page.get_by_role("link", name="file_processing_hello_world")).to_have_count(0)


def picture(page: Page, name: str) -> Path:
    """Take a screenshot. docs/ shows copies of these."""
    path = FOLDER / "pictures" / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    return path
