#!/usr/bin/env bash
# Redis 7.0.15: after a journal (AOF) that ends inside a command of a MULTI, everything written later is lost.
#
# A power failure may leave the journal with its last command half written. If that command is inside a transaction,
# Redis starts ("loaded anyway because aof-load-truncated is enabled") and cuts off the half command, but leaves the
# open MULTI in the file and appends to it. What clients write from then on is acknowledged, and fsynced with
# appendfsync always, but is gone at the next start, which reverts the unfinished transaction with everything after it.
# If the cut is between two commands of the transaction, Redis reverts to before MULTI at once and loses nothing: the
# outcome depends on single bytes.
#
# Seen with Redis 7.0.15 of Debian 12 (5:7.0.15-1~deb12u7):
#   cut between two commands: acknowledged write after the restart: kept
#   cut inside a command:     acknowledged write after the restart: LOST
# Expected: every write that was acknowledged with appendfsync always is present after a clean start.
set -euo pipefail
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT

# The server and the libraries that it is linked with, unpacked, not installed: those of Debian 12.
packages='redis-tools=5:7.0.15-1~deb12u7 redis-server=5:7.0.15-1~deb12u7 libjemalloc2=5.3.0-1 liblzf1=3.6-3
  liblua5.1-0=5.1.5-9 lua-bitop=1.0.2-7 lua-cjson=2.1.0+dfsg-2.2'
mkdir "$work/packages" "$work/data"
for package in $packages; do
  (cd "$work/packages" && apt-get -q -o APT::Sandbox::User=root download "$package" >"$work/apt" 2>&1) || {
    cat "$work/apt"
    echo "NOT TRIED: $package could not be downloaded; it is a package of Debian 12, and needs its lists (apt-get update)"
    exit 2
  }
done
for package in "$work"/packages/*.deb; do dpkg -x "$package" "$work/root"; done
export PATH="$work/root/usr/bin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"
redis-server --version
port=$((20000 + RANDOM % 10000))
cli() { redis-cli -p "$port" "$@"; }

start() {
  redis-server --port "$port" --bind 127.0.0.1 --dir "$work/data" --save "" --appendonly yes --appendfsync always \
    --logfile "$work/log" &
  pid=$!
  for _ in $(seq 200); do
    [ "$(cli ping 2>/dev/null)" = PONG ] && return
    sleep 0.1
  done
  echo 'Redis did not start'; exit 1
}
stop() { kill -9 "$pid"; wait "$pid" 2>/dev/null || true; pid=; }

start
cli set before 1 >/dev/null
printf 'multi\nset a 1\nset b 2\nexec\n' | cli >/dev/null
stop
journal=$(ls "$work"/data/appendonlydir/*.incr.aof)
cp "$journal" "$work/whole"
size=$(stat -c %s "$work/whole")

# The journal ends with: set b 2 (27 bytes), EXEC (14 bytes).
# Not in a subshell, so that the server ends with this shell.
after_cut() {
  head -c $((size - $1)) "$work/whole" >"$journal"
  start
  cli set after 1 >/dev/null
  stop
  start
  there=$(cli exists after)
  stop
}
after_cut 14
between=$there
after_cut 15
inside=$there
told() { [ "$1" = 1 ] && echo kept || echo LOST; }
echo "cut between two commands: acknowledged write after the restart: $(told "$between")"
echo "cut inside a command:     acknowledged write after the restart: $(told "$inside")"
[ "$between" = 1 ] && [ "$inside" = 0 ] || { echo 'CHANGED: this is not what was seen'; exit 1; }
