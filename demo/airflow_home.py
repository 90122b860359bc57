"""A temporary AIRFLOW_HOME: settings, secrets generated for one run, and the environment that uses them."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

USER = "admin"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class AirflowHome:
    folder: Path
    packages: Path
    port: int
    password: str

    @classmethod
    def create(cls, folder: Path, packages: Path) -> AirflowHome:
        home = cls(folder, packages, free_port(), secrets.token_urlsafe(12))
        home.dags.mkdir()
        home.write("airflow.cfg", home.settings())
        home.write("passwords.json", json.dumps({USER: home.password}))
        # Files are saved one by one here, so the packages do not change in one step.
        home.write("sync.json", json.dumps({"sync": {"watchSeconds": 1}, "deployment": {"atomicSource": False}}))
        return home

    @property
    def dags(self) -> Path:
        return self.folder / "dags"

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)  # some of them contain secrets
        path.write_text(text, encoding="utf-8")

    def settings(self) -> str:
        """The text of airflow.cfg. Everything else keeps Airflow's default, including the SQLite database."""
        sections: dict[str, dict[str, object]] = {
            "core": {
                "dags_folder": self.dags,
                "load_examples": False,
                "executor": "LocalExecutor",
                "parallelism": 4,
                "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
                "execution_api_server_url": f"{self.url}/execution/",
                "simple_auth_manager_users": f"{USER}:admin",
                "simple_auth_manager_passwords_file": self.folder / "passwords.json",
            },
            "api": {
                "host": LOOPBACK,
                "port": self.port,
                "base_url": self.url,
                "secret_key": secrets.token_urlsafe(48),
            },
            "api_auth": {
                "jwt_secret": secrets.token_urlsafe(96),
                "jwt_expiration_time": 30 * 24 * 3600,  # a demo may stay up for days
            },
            # The chart's values: new files are listed soon, and unchanged files are parsed again only every 5 minutes.
            "dag_processor": {
                "refresh_interval": 10,
                "bundle_refresh_check_interval": 2,
                "min_file_process_interval": 300,
            },
            "usage_data_collection": {"enabled": False},
        }
        lines = [
            line
            for section, options in sections.items()
            for line in (f"[{section}]", *(f"{name} = {value}" for name, value in options.items()), "")
        ]
        return "\n".join(lines).replace("%", "%%")  # a single % starts a reference to another option

    def environment(self) -> dict[str, str]:
        """The caller's environment, without the variables that configure another Airflow or generator."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "_AIRFLOW", "ETL_"))
        }
        generator = Path(__file__).resolve().parent.parent / "generator"
        return kept | {
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW_DAGS_DIR": str(self.dags),
            "AIRFLOW_CONTROL_PLANE_SETTINGS": str(self.folder / "sync.json"),
            "ETL_PACKAGES_ROOT": str(self.packages),
            "ETL_WORKDIR": str(self.folder / "work"),
            "PYTHONPATH": str(generator),
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": LOOPBACK,  # these processes talk to each other directly
            "no_proxy": LOOPBACK,
        }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
