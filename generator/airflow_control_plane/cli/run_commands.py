"""The commands that concern something that runs: run, status."""

from __future__ import annotations

import argparse
import json
import sys
import traceback

from airflow_control_plane.cli.output import print_json
from airflow_control_plane.cli.packages import find_job, read_packages
from airflow_control_plane.model.errors import ExitCode, SourceError
from airflow_control_plane.runtime import NO_RETRY_EXIT_CODE, SKIP_EXIT_CODE, Job, JobFailed, run_job
from airflow_control_plane.settings.settings_file import load_settings


def run(options: argparse.Namespace) -> ExitCode:
    catalog = read_packages(options, load_settings(options.settings).deployment)
    job = find_job((*catalog.jobs, *catalog.contested), catalog, options)
    settings = job.settings
    task = Job(job.module, job.import_root, settings.env, settings.python)
    try:
        run_job(task, settings.args if options.args is None else options.args, options.packages_roots)
    except JobFailed as failure:
        if failure.exit_code == SKIP_EXIT_CODE:
            print(f"– {failure}, which means skip", file=sys.stderr)
            return ExitCode.OK
        meaning = ", which means do not retry" if failure.exit_code == NO_RETRY_EXIT_CODE else ""
        print(f"✗ {failure}{meaning}", file=sys.stderr)
        return ExitCode.PROBLEMS
    except Exception:
        traceback.print_exc()
        return ExitCode.PROBLEMS
    return ExitCode.OK


def status(options: argparse.Namespace) -> ExitCode:
    from http.client import HTTPException
    from urllib.request import ProxyHandler, build_opener

    from airflow_control_plane.sync.status import to_text

    address = f"http://127.0.0.1:{options.status_port}/status"
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=10) as answer:
            document = json.load(answer)
        if not isinstance(document, dict) or "dags_dir" not in document:
            raise ValueError("another program answers there")
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise SourceError(f"no sidecar answers at {address} ({reason}); is `sync` running here?") from None
    if options.format == "json":
        print_json(document)
    else:
        print(to_text(document))
    return ExitCode.OK
