"""Real Airflow on this machine with the example jobs, one of which is run: `make demo`."""

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
PATIENCE_SECONDS = 180.0

INVITATION = """
  Airflow    {home.url}
  user       {user}
  password   {home.password}

  Now add a job: save this as {jobs}/hello.py

      def entrypoint(argv):
          print("Hello from my own job", argv)

      JOB = (entrypoint, "My first job")

  Its DAG data_pipeline_hello appears within seconds, and goes when you remove the file.
  Ctrl-C ends Airflow.
"""

started = time.monotonic()


def main(argv: Sequence[str] | None = None, packages: Path = PACKAGES) -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the job's run instead of staying up")
    once = parser.parse_args(argv).once

    home = AirflowHome.create(new_folder(), packages)
    children = Children(home.environment(), home.folder)
    children.end_on(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
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
        say("Ending before the job has run")
        exit_code = 130
    finally:
        children.stop()
    if exit_code == 1:
        say(f"Airflow has ended; all its logs are in {home.folder}")
    else:
        shutil.rmtree(home.folder)
        say("Airflow has ended and its files are gone")
    return exit_code


def start(home: AirflowHome, children: Children) -> AirflowApi:
    """The generator, then Airflow's three processes; the API when all jobs are DAGs."""
    wanted = discovered_dags(home)
    say(f"{len(wanted)} jobs in {home.packages}")
    children.start(
        "sync", "airflow_control_plane", "sync", "--dags-dir", str(home.dags), "--status-port", str(free_port())
    )
    say("Making Airflow's database")
    children.run("migration", "airflow", "db", "migrate")

    say("Starting Airflow: api-server, scheduler, dag-processor")
    children.start("api-server", "airflow", "api-server")
    # The UI reads the logs from the disk, so there is nothing to serve on a port open to others.
    children.start("scheduler", "airflow", "scheduler", "--skip-serve-logs")
    children.start("dag-processor", "airflow", "dag-processor")
    api = AirflowApi(home.url)
    wait("api-server", api.is_up, children)
    api = api.log_in(USER, home.password)
    say(f"Airflow is at {home.url} (user {USER}, password {home.password})")

    wait("dag-processor", lambda: wanted <= api.dag_ids() or bool(api.import_errors()), children)
    if errors := api.import_errors():
        raise DemoError("\n".join(["Airflow cannot import all DAGs:", *errors]))
    say(f"All {len(wanted)} jobs are DAGs:", *sorted(wanted))
    return api


def discovered_dags(home: AirflowHome) -> set[str]:
    command = (sys.executable, "-m", "airflow_control_plane", "discover", "--format", "json")
    discover = subprocess.run(command, env=home.environment(), stdout=subprocess.PIPE)
    if discover.returncode:
        raise DemoError(f"The jobs in {home.packages} cannot be listed; the reason is above")
    return {job["dag_id"] for job in json.loads(discover.stdout)["jobs"]}


def run_job(api: AirflowApi, children: Children) -> None:
    run = api.trigger(DAG, CONF)
    say(f"Triggered {DAG} with {json.dumps(CONF)}")
    wait("scheduler", lambda: api.run_state(DAG, run) in ("success", "failed"), children)
    say("The job's own output:", *api.task_output(DAG, run))
    state = api.run_state(DAG, run)
    if state != "success":
        raise DemoError(f"The run of {DAG} ended as {state}, expected success; its output is above")
    say("The run succeeded")


def stay(home: AirflowHome, api: AirflowApi, children: Children) -> None:
    """Until Ctrl-C, tell of every DAG that comes or goes."""
    print(INVITATION.format(home=home, user=USER, jobs=home.packages / "data_pipeline" / "jobs"), flush=True)
    known = api.dag_ids()
    try:
        while True:
            time.sleep(1)
            children.check()
            known, before = api.dag_ids(), known
            for dag in sorted(known - before):
                say(f"{dag} has appeared")
            for dag in sorted(before - known):
                say(f"{dag} has gone")
    except KeyboardInterrupt:
        say("Ending Airflow")


def wait(name: str, is_done: Callable[[], bool], children: Children) -> None:
    """Until it is so, while every process lives; `name` is the one whose log tells why it is not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    problem = "nothing happened"
    while time.monotonic() < deadline:
        children.check()
        try:
            if is_done():
                return
        except ApiError as error:
            problem = str(error)
        time.sleep(0.5)
    raise children.failure(name, f"Waited {PATIENCE_SECONDS:.0f} s for the {name} in vain ({problem})")


def new_folder() -> Path:
    """One a run: two demos do not meet, and what a failed one leaves can be looked at."""
    parent = REPOSITORY / ".demo"
    parent.mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=time.strftime("%H%M%S-"), dir=parent))


def say(message: str, *details: str) -> None:
    print(f"{time.monotonic() - started:6.1f} s  {message}", *details, sep="\n            ", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
