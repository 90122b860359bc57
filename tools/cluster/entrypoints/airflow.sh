#!/usr/bin/env bash
# As the official image: arguments are a program to run, or else a subcommand of airflow.
set -euo pipefail
umask 0002
case "${1:-}" in
    airflow | bash | python) exec "$@" ;;
    *) exec airflow "$@" ;;
esac
