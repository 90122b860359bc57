"""What the tests stand on: commands, namespaces, releases, Airflow's API and reports. Nothing here asserts."""
