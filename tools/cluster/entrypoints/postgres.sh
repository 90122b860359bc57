#!/usr/bin/env bash
# Like the official image: the first start creates the database from POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB
# (each can also be given as ..._FILE) and runs /docker-entrypoint-initdb.d/*.sql; later starts leave the database alone.
set -euo pipefail

# from_file NAME: set NAME to the content of the file that NAME_FILE names.
from_file() {
    local file="$1_FILE"
    if [[ -n "${!file:-}" ]]; then
        [[ -z "${!1:-}" ]] || { echo "error: both $1 and $file are set; set only one of them" >&2; exit 1; }
        export "$1=$(<"${!file}")"
    fi
}

initialize() {
    if [[ -z "${POSTGRES_PASSWORD:-}" ]]; then
        echo "error: the database is not initialized: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE" >&2
        exit 1
    fi
    # shellcheck disable=SC2086 -- several arguments in one variable, as in the official image
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-}
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"

    # Only this script may connect until the database is complete.
    PGUSER="$POSTGRES_USER" pg_ctl --options="-c listen_addresses=''" --wait start
    local psql=(psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER")
    if [[ "$POSTGRES_DB" != postgres ]]; then
        "${psql[@]}" --dbname=postgres --set=name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
    fi
    local script
    for script in /docker-entrypoint-initdb.d/*.sql; do
        [[ ! -e "$script" ]] || "${psql[@]}" --dbname="$POSTGRES_DB" --file="$script"
    done
    pg_ctl --mode=fast --wait stop
}

if [[ "${1:-}" == -* ]]; then
    set -- postgres "$@"
fi
if [[ "${1:-}" != postgres ]]; then
    exec "$@"
fi

mkdir -p "$PGDATA"
if [[ "$(id -u)" == 0 ]]; then
    chown -R postgres:postgres "$PGDATA" /var/run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

from_file POSTGRES_PASSWORD
from_file POSTGRES_USER
: "${POSTGRES_USER:=postgres}"
from_file POSTGRES_DB
: "${POSTGRES_DB:=$POSTGRES_USER}"
chmod 0700 "$PGDATA" || true
[[ -s "$PGDATA/PG_VERSION" ]] || initialize
unset POSTGRES_PASSWORD
exec "$@"
