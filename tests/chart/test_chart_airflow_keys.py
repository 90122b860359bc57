"""Airflow knows every option that the chart presets, and reads airflow.cfg as intended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from rendered import find, render

READ_BACK = """
import json
from airflow.configuration import conf
known = conf.configuration_description
print("READ", json.dumps({
    section: {
        key: [conf.get(section, key), key in known.get(section, {}).get("options", {})]
        for key in options
    }
    for section, options in json.loads(%r).items()
}))
"""


def test_airflow_knows_every_preset_and_reads_percent_signs_unchanged(tmp_path: Path) -> None:
    values = {
        "webserver": {"baseUrl": "https://example.com/airflow"},
        "airflow": {"config": {"logging": {"log_format": "[%(asctime)s] %(message)s"}}},
    }
    config = tmp_path / "airflow.cfg"
    config.write_text(find(render(values), "configmap/airflow-config")["data"]["airflow.cfg"], encoding="utf-8")
    expected = {
        "api": {"base_url": "https://example.com/airflow"},
        "api_auth": {"jwt_audience": "airflow.etl", "jwt_issuer": "airflow.etl"},
        "core": {
            "auth_manager": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
            "execution_api_server_url": "http://airflow-webserver:80/airflow/execution/",
            "executor": "LocalExecutor",
            "hostname_callable": "airflow.utils.net.get_host_ip_address",
            "load_examples": "false",
            "parallelism": "16",
        },
        "dag_processor": {
            "bundle_refresh_check_interval": "2",
            "health_check_threshold": "120",
            "min_file_process_interval": "300",
            "refresh_interval": "10",
        },
        "fab": {"cookie_secure": "true", "enable_proxy_fix": "true"},
        "logging": {"log_format": "[%(asctime)s] %(message)s"},
        "scheduler": {
            "enable_health_check": "true",
            "orphaned_tasks_check_interval": "330",
            "scheduler_health_check_threshold": "330",
        },
    }
    result = subprocess.run(
        [sys.executable, "-c", READ_BACK % json.dumps(expected)],
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW_CONFIG": str(config)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    read = json.loads(result.stdout.rpartition("READ ")[2])
    assert read == {
        section: {key: [value, True] for key, value in options.items()} for section, options in expected.items()
    }
