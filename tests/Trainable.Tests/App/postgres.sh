#!/usr/bin/env bash
# postgres.sh DIRECTORY PORT PASSWORD
# Makes a PostgreSQL of its own in an empty directory and obeys the lines of its standard input: start, stop and restart (the
# last two without ceremony, as in a crash). Each is answered with a line. The server ends when the input does, and the directory
# with it: with the tests, however they end.
set -euo pipefail
trap '' INT TERM

directory=$1 port=$2 password=$3
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
data=$directory/data
user=()
cd -- "$directory"
printf '%s' "$password" >password
if [[ $EUID -eq 0 ]]; then
    # PostgreSQL refuses to run as root.
    user=(setpriv --reuid=postgres --regid=postgres --init-groups)
    chown -R postgres: .
fi

run() { "${user[@]}" "$bin/$1" "${@:2}" </dev/null >>"$directory/output.log" 2>&1; }
control() { run pg_ctl "$@" -D "$data" -w -t 60 -l "$directory/server.log"; }

finish() {
    local code=$?
    [[ ! -f $data/postmaster.pid ]] || control stop -m immediate || true
    ((code == 0)) || tail -n 20 "$directory"/*.log >&2
    rm -rf -- "$directory"
}
trap finish EXIT

run initdb -D "$data" -U trainable --pwfile=password --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C --no-sync
# Nothing here outlives the machine, so nothing waits for the disk; a crash of the server alone loses nothing.
cat >>"$data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$directory'
max_connections = 300
shared_buffers = 64MB
fsync = off
EOF

while read -r line; do
    case $line in
        start) control start ;;
        stop) control stop -m immediate ;;
        restart) control restart -m immediate ;;
    esac
    echo "$line done"
done
