"""Start Airflow on this machine with the example jobs, and run one of them."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from airflow_api import AirflowApi, ApiError
from airflow_home import USER, AirflowHome, free_port
from children import Children, DemoError

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGES = REPOSITORY / "examples" / "packages"
DAG = "data_pipeline_example_job"
CONF = {"args": ["--name", "Ada"]}
TIMEOUT_SECONDS = 180.0

INVITATION = """
  Airflow    {home.url}
  user       {user}
  password   {home.password}

  Now add a job. Save this as {jobs}/hello.py:

      def entrypoint(argv):
          print("Hello from my own job", argv)

      JOB = (entrypoint, "My first job")

  Airflow lists its DAG, data_pipeline_hello, within about 15 seconds, and removes it after you delete the file.
  Press Ctrl-C to stop Airflow.
"""

started = time.monotonic()


def main(argv: Sequence[str] | None = None, packages: Path = PACKAGES) -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop after the job's run instead of waiting for Ctrl-C")
    once = parser.parse_args(argv).once

    home = AirflowHome.create(new_folder(), packages)
    children = Children(home.environment(), home.folder)
    children.stop_on(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    exit_code = 0
    try:
        api = start(home, children)
        run_job(api, children)
        if not once:
            stay(home, api, children)
    except (ApiError, DemoError) as error:
        say(f"Failed: {error}")
        exit_code = 1
    except KeyboardInterrupt:
        say("Stopping before the job has run")
        exit_code = 130
    finally:
        children.stop()
    if exit_code == 1:
        say(f"Airflow has stopped; its logs are in {home.folder}")
    else:
        shutil.rmtree(home.folder)
        say("Airflow has stopped and its files are deleted")
    return exit_code


def start(home: AirflowHome, children: Children) -> AirflowApi:
    """Start the generator, then Airflow's three processes. Returns the API when every job has a DAG."""
    wanted = discovered_dags(home)
    say(f"Found {len(wanted)} jobs in {home.packages}")
    children.start("sync", "airflow_control_plane", "sync", "--status-port", str(free_port()))
    say("Creating Airflow's database")
    children.run("migration", "airflow", "db", "migrate")

    say("Starting Airflow: api-server, scheduler, dag-processor")
    children.start("api-server", "airflow", "api-server")
    # The UI reads the logs from disk, so there is no need to serve them on a port that others can reach.
    children.start("scheduler", "airflow", "scheduler", "--skip-serve-logs")
    children.start("dag-processor", "airflow", "dag-processor")
    api = AirflowApi(home.url)
    wait("api-server", api.is_up, children)
    api = api.log_in(USER, home.password)
    say(f"Airflow is at {home.url} (user {USER}, password {home.password})")

    wait("dag-processor", lambda: wanted <= api.dag_ids() or bool(api.import_errors()), children)
    if errors := api.import_errors():
        raise DemoError("\n".join(["Airflow cannot import all DAGs:", *errors]))
    say(f"Airflow lists the DAGs of all {len(wanted)} jobs:", *sorted(wanted))
    return api


def discovered_dags(home: AirflowHome) -> set[str]:
    command = (sys.executable, "-m", "airflow_control_plane", "discover", "--format", "json")
    discover = subprocess.run(command, env=home.environment(), stdout=subprocess.PIPE)
    if discover.returncode:
        raise DemoError(f"Cannot list the jobs in {home.packages}; see the message above")
    return {job["dag_id"] for job in json.loads(discover.stdout)["jobs"]}


def run_job(api: AirflowApi, children: Children) -> None:
    run = api.trigger(DAG, CONF)
    say(f"Triggered {DAG} with {json.dumps(CONF)}")
    wait("scheduler", lambda: api.run_state(DAG, run) in ("success", "failed"), children)
    say("The job's output:", *api.task_output(DAG, run))
    state = api.run_state(DAG, run)
    if state != "success":
        raise DemoError(f"The run of {DAG} ended with state {state}, expected success; see its output above")
    say("The run succeeded")


def stay(home: AirflowHome, api: AirflowApi, children: Children) -> None:
    """Report every DAG that appears or disappears, until Ctrl-C."""
    print(INVITATION.format(home=home, user=USER, jobs=home.packages / "data_pipeline" / "jobs"), flush=True)
    known = api.dag_ids()
    try:
        while True:
            time.sleep(1)
            children.check()
            known, before = api.dag_ids(), known
            for dag in sorted(known - before):
                say(f"New DAG: {dag}")
            for dag in sorted(before - known):
                say(f"Removed DAG: {dag}")
    except KeyboardInterrupt:
        say("Stopping Airflow")


def wait(name: str, is_done: Callable[[], bool], children: Children) -> None:
    """Wait until `is_done`, and fail if a process ends. `name` is the process whose log explains a timeout."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    problem = "it is not ready"
    while time.monotonic() < deadline:
        children.check()
        try:
            if is_done():
                return
        except ApiError as error:
            problem = str(error)
        time.sleep(0.5)
    raise children.failure(name, f"Timed out after {TIMEOUT_SECONDS:.0f} s, waiting for the {name} ({problem})")


def new_folder() -> Path:
    """A folder for this run only: two demos can run at once, and a failed one leaves its logs."""
    parent = REPOSITORY / ".demo"
    parent.mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=time.strftime("%H%M%S-"), dir=parent))


def say(message: str, *details: str) -> None:
    print(f"{time.monotonic() - started:6.1f} s  {message}", *details, sep="\n            ", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
