"""A throw-away AIRFLOW_HOME: settings, secrets made for this one run, and the environment that uses them."""

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
        # People save single files here, so nothing promises that the packages change all at once.
        home.write("sync.json", json.dumps({"sync": {"watchSeconds": 1, "atomicSource": False}}))
        return home

    @property
    def dags(self) -> Path:
        return self.folder / "dags"

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)  # secrets
        path.write_text(text, encoding="utf-8")

    def settings(self) -> str:
        """airflow.cfg; all that is not named here is Airflow's own default, SQLite among it."""
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
            # As the chart sets them: a new file is listed soon, an unchanged one is not parsed again and again.
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
        return "\n".join(lines).replace("%", "%%")  # Airflow takes a single one for the start of a reference

    def environment(self) -> dict[str, str]:
        """The caller's, less what would steer Airflow or the generator elsewhere."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "_AIRFLOW", "ETL_"))
        }
        generator = Path(__file__).resolve().parent.parent / "generator"
        return kept | {
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW_CONTROL_PLANE_SETTINGS": str(self.folder / "sync.json"),
            "ETL_PACKAGES_ROOT": str(self.packages),
            "ETL_WORKDIR": str(self.folder / "work"),
            "PYTHONPATH": str(generator),
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": LOOPBACK,  # a proxy of the caller's has no business between these processes
            "no_proxy": LOOPBACK,
        }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
