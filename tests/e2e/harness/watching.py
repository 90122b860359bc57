"""Watching the list of DAGs in Airflow while something else happens."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event

from airflow_api import ApiError

from tools.cluster.commands import CommandError

from .release import Release

SECONDS_BETWEEN_LOOKS = 0.5


@contextmanager
def dags_watched(release: Release) -> Iterator[list[set[str]]]:
    """Ask Airflow for the ids of its active DAGs over and over while the body runs. Yields the growing list."""
    answers: list[set[str]] = []
    done = Event()
    with ThreadPoolExecutor(max_workers=1) as pool:
        watcher = pool.submit(watch, release, answers, done)
        try:
            yield answers
        finally:
            done.set()
            watcher.result()


def watch(release: Release, answers: list[set[str]], done: Event) -> None:
    while not done.wait(SECONDS_BETWEEN_LOOKS):
        # The connection ends with the webserver's pod: connect to the next one.
        with suppress(ApiError, CommandError), release.airflow() as airflow:
            while not done.wait(SECONDS_BETWEEN_LOOKS):
                answers.append(airflow.dag_ids())
