"""A real browser for Airflow's UI: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tools.cluster import debian_packages
from tools.cluster.settings import Settings

PACKAGES = ("chromium", "fonts-dejavu-core")
# Chromium has no sandbox for root, and a test must not call Google.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
# The size of the pictures in the documentation.
SIZE = {"width": 1200, "height": 720}
TIMEOUT_MILLISECONDS = 60_000


@contextmanager
def browser_page(url: str) -> Iterator[Page]:
    """A page of a new browser with this base URL. Whatever the page waits for may take a minute."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(base_url=url, viewport=SIZE, device_scale_factor=1)
        page.set_default_timeout(TIMEOUT_MILLISECONDS)
        yield page
        browser.close()


def chromium() -> str:
    if shutil.which("chromium") is None and os.geteuid() == 0:
        debian_packages.install(Settings(), PACKAGES)
    found = shutil.which("chromium")
    if found is None:
        raise FileNotFoundError(f"chromium is not on PATH: apt-get install {' '.join(PACKAGES)}")
    return found
