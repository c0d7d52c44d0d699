#!/usr/bin/env bash
# PostgreSQL and Redis for the tests, by hand, on ports and folders of their own, on 127.0.0.1 alone.
#   scripts/services.sh start|stop|kill|url postgres|redis [...]
# Settings: HUB_SERVICES (folder, default /tmp/hub-services), HUB_POSTGRES_PORT (54329), HUB_REDIS_PORT (63799).
set -euo pipefail

folder=${HUB_SERVICES:-/tmp/hub-services}
postgres_port=${HUB_POSTGRES_PORT:-54329}
redis_port=${HUB_REDIS_PORT:-63799}

die() { echo "services.sh: $*" >&2; exit 1; }

postgres_bin() { # the newest installed server's programs
    local found
    found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || found=$(dirname "$(command -v initdb 2>/dev/null)" 2>/dev/null || true)
    [ -n "$found" ] || die "PostgreSQL is not installed (Debian: postgresql-15)"
    echo "$found"
}

as_postgres() { # the server and initdb refuse root
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start_postgres() {
    local bin data="$folder/postgres"
    bin=$(postgres_bin)
    if [ ! -f "$data/PG_VERSION" ]; then
        mkdir -p "$data" && chmod 700 "$data"
        [ "$(id -u)" != 0 ] || { chmod 755 "$folder"; chown postgres: "$data"; }
        as_postgres "$bin/initdb" -D "$data" -U hub --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    fi
    as_postgres "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1 ||
        as_postgres "$bin/pg_ctl" -D "$data" -w -t 60 -l "$data/log" \
            -o "-p $postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=200" start >/dev/null
    as_postgres "$bin/psql" -h 127.0.0.1 -p "$postgres_port" -U hub -d postgres -tAc "SELECT 1 FROM pg_database WHERE datname='hub_test'" | grep -q 1 ||
        as_postgres "$bin/createdb" -h 127.0.0.1 -p "$postgres_port" -U hub hub_test
}

stop_postgres() { # $1: fast or immediate
    as_postgres "$(postgres_bin)/pg_ctl" -D "$folder/postgres" -m "$1" -w stop >/dev/null 2>&1 || true
}

start_redis() {
    command -v redis-server >/dev/null || die "Redis is not installed (Debian: redis-server)"
    mkdir -p "$folder/redis"
    redis-cli -p "$redis_port" ping >/dev/null 2>&1 ||
        redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$folder/redis" --save '' --daemonize yes --pidfile "$folder/redis/pid" --logfile "$folder/redis/log" >/dev/null
    for _ in $(seq 50); do redis-cli -p "$redis_port" ping >/dev/null 2>&1 && return; sleep 0.1; done
    die "Redis does not answer at port $redis_port"
}

act() {
    case "$1 $2" in
        "start postgres") start_postgres ;;
        "stop postgres") stop_postgres fast ;;
        "kill postgres") stop_postgres immediate ;;
        "url postgres") echo "postgresql://hub@127.0.0.1:$postgres_port/hub_test" ;;
        "start redis") start_redis ;;
        "stop redis") redis-cli -p "$redis_port" shutdown nosave >/dev/null 2>&1 || true ;;
        "kill redis") kill -9 "$(cat "$folder/redis/pid")" 2>/dev/null || true ;;
        "url redis") echo "redis://127.0.0.1:$redis_port/0" ;;
        *) die "usage: scripts/services.sh start|stop|kill|url postgres|redis [...]" ;;
    esac
}

[ $# -ge 2 ] || die "usage: scripts/services.sh start|stop|kill|url postgres|redis [...]"
verb=$1
shift
mkdir -p "$folder"
for name in "$@"; do act "$verb" "$name"; done
