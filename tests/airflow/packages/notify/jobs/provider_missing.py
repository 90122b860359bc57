import sys


def entrypoint(argv):
    sys.modules["airflow.providers.slack"] = None  # as if it were not installed


JOB = (entrypoint, "Notifies through a provider that is not installed")
JOB_CONFIG = {"notify": {"on_success": ["slack:data-alerts", "email:team@example.com"]}}
