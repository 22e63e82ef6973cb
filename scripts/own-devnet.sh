#!/usr/bin/env bash
# Sourced by scripts that run a devnet of their own. $state is a new folder for it, and start_devnet starts it with the given flags. At the end
# the devnet is stopped by its process. The folder is deleted after success; after a failure the logs' ends are shown and it is kept.
state=$(mktemp -d "${TMPDIR:-/tmp}/credence-${0##*/}.XXXXXX")
export CREDENCE_DEVNET="$state/net/devnet.json"
devnet=

# stop ends the devnet, by its process, and everything that it started.
stop() {
  local status=$?
  trap - EXIT INT TERM
  if [ -n "$devnet" ] && kill -TERM "$devnet" 2>/dev/null; then wait "$devnet" || true; fi
  if [ "$status" != 0 ]; then
    for log in "$state"/log "$state"/net/logs/*.log; do
      [ -s "$log" ] && printf '\n--- the end of %s\n' "${log##*/}" && tail -12 "$log"
    done
    echo "State and logs are kept in $state"
  else
    rm -rf --one-file-system "$state"
  fi
  exit "$status"
}
trap stop EXIT
trap 'exit 130' INT TERM

# start_devnet starts the devnet and returns when it is ready.
start_devnet() {
  build/credenced devnet --state "$state/net" --output json "$@" >"$state/ready" 2>"$state/log" &
  devnet=$!
  while [ ! -s "$state/ready" ]; do
    kill -0 "$devnet" 2>/dev/null || { echo "the devnet did not start" >&2; exit 1; }
    sleep 0.2
  done
}
