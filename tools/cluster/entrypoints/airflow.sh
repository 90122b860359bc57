#!/usr/bin/env bash
# Like the official image: runs airflow, bash or python with the arguments, or else the subcommand of airflow they name.
set -euo pipefail
umask 0002
case "${1:-}" in
    airflow | bash | python) exec "$@" ;;
    *) exec airflow "$@" ;;
esac
