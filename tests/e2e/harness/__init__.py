"""What the tests build on: commands, namespaces, releases, Airflow's API and reports. Nothing here asserts."""

import sys
from pathlib import Path

# The tests use the demo's client of Airflow's API as well.
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "demo"))
