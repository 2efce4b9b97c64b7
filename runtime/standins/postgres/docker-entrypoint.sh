#!/bin/bash
# Starts PostgreSQL and, on an empty volume, makes the cluster first.
#
# A cluster is built in $PGDATA/.new and then moved up, PG_VERSION last: that file says "complete".
# Whoever is killed before leaves no PG_VERSION, and the next start begins again.
set -euo pipefail

fail() {
  echo "postgres: $1" >&2
  exit 1
}

read_password() {
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
    POSTGRES_PASSWORD=$(<"$POSTGRES_PASSWORD_FILE")
  fi
  [ -n "${POSTGRES_PASSWORD:-}" ] || fail "set POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD: a database without a password is not started"
}

clear_unfinished() {
  local found
  found=$(find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)
  [ -n "$found" ] || return 0
  [ -d "$PGDATA/.new" ] || fail "$PGDATA holds files but no cluster; empty the volume or restore PG_VERSION"
  # .new goes last, so that a kill in between is still recognised as ours.
  find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name .new -exec rm -rf {} +
  rm -rf "$PGDATA/.new"
}

build_cluster() {
  local new="$PGDATA/.new" user="${POSTGRES_USER:-postgres}"
  mkdir -m 0700 "$new"
  # shellcheck disable=SC2086  # the variable is a list of arguments by contract
  initdb --pgdata="$new" --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
    --auth-local=trust --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-}
  printf 'host all all all scram-sha-256\n' >>"$new/pg_hba.conf"
  sed -i "s/^#listen_addresses = .*/listen_addresses = '*'/" "$new/postgresql.conf"
  create_database "$new" "$user" "${POSTGRES_DB:-$user}"
}

create_database() {
  local new=$1 user=$2 database=$3
  [ "$database" != postgres ] || return 0
  pg_ctl --pgdata="$new" --wait --options="-c listen_addresses='' -k /tmp" start >&2
  createdb --host=/tmp --username="$user" --maintenance-db=postgres --owner="$user" -- "$database"
  pg_ctl --pgdata="$new" --wait --mode=fast stop >&2
}

publish_cluster() {
  find "$PGDATA/.new" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$PGDATA" {} +
  sync
  mv "$PGDATA/.new/PG_VERSION" "$PGDATA/PG_VERSION"
  sync
}

case "${1:-postgres}" in -*) set -- postgres "$@" ;; esac
[ "${1:-}" = postgres ] || exec "$@"

mkdir -p "$PGDATA"
chmod 0700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  read_password
  clear_unfinished
  build_cluster
  publish_cluster
fi
rm -rf "$PGDATA/.new"
unset POSTGRES_PASSWORD
exec "$@"
