#!/usr/bin/env python3
"""The command airflow-control-plane in the chart's pods. The generator's package is on PYTHONPATH."""

import runpy

runpy.run_module("airflow_control_plane", run_name="__main__")
