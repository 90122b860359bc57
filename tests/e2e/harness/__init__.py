"""What the tests stand on: commands, namespaces, releases, Airflow's API and reports. Nothing here asserts."""

import sys
from pathlib import Path

# The demo's client of Airflow's API serves here, too.
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "demo"))
