# A PostgreSQL of our own on loopback, in a temporary folder: start_postgres sets PODSIFT_TEST_POSTGRES.

start_postgres() {
  pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  if [ -z "$pg_bin" ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql >/dev/null
    pg_bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  fi
  pg_folder=$(mktemp -d)
  chmod 755 "$pg_folder"
  pg_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  if [ "$(id -u)" = 0 ]; then chown postgres "$pg_folder"; fi
  as_postgres "$pg_bin/initdb" -D "$pg_folder/db" -U podsift --auth=trust --no-sync >/dev/null
  as_postgres "$pg_bin/pg_ctl" -D "$pg_folder/db" -w -o "-p $pg_port -k $pg_folder -c listen_addresses=127.0.0.1 -c fsync=off" \
    -l "$pg_folder/log" start >/dev/null
  as_postgres "$pg_bin/createdb" -h 127.0.0.1 -p "$pg_port" -U podsift podsift
  export PODSIFT_TEST_POSTGRES="postgresql://podsift@127.0.0.1:$pg_port/podsift"
}

stop_postgres() {
  as_postgres "$pg_bin/pg_ctl" -D "$pg_folder/db" -m immediate stop >/dev/null || true
  rm -rf "$pg_folder"
}

as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}
