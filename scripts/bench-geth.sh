#!/usr/bin/env bash
# Measures iExec's Proof of Contribution on geth on this machine, with the contracts of npm's @iexec/poco as they are compiled there.
# It prints lines as Go's benchmarks do: transfers of ether, and completed tasks of two and of three workers. Its figures stand beside
# those of `go test ./test/nodes -run '^$' -bench Nodes`. Arguments: the number of tasks (1000) and of transfers (4000).
#
# geth is one process that makes a block as soon as a transaction waits, with no consensus, and 60 million gas in a block.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh

geth_version=v1.14.12
poco_version=6.1.0
poco_integrity=sha512-BPbDtf2fgQuotr6rf74ACVdwlKqkErEZ8qLbTWM+2CIBj2EX3+6KBGWsFoudoOGjgT7vUJ3jeNX8SWvHzSHg6A==
cache="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/credence/geth"
if [ ! -x "$cache/$geth_version/geth" ]; then
  GOBIN="$cache/$geth_version" GOFLAGS='' go install "github.com/ethereum/go-ethereum/cmd/geth@$geth_version"
fi
folder=test/nodes/geth
cmp -s $folder/package-lock.json $folder/node_modules/.credence-installed || {
  npm ci --prefix $folder --no-audit --no-fund >/dev/null
  cp $folder/package-lock.json $folder/node_modules/.credence-installed
}

if [ ! -d $folder/package ]; then
  archive=$(npm pack "@iexec/poco@$poco_version" --pack-destination "$cache" --silent)
  [ "sha512-$(node -p 'crypto.createHash("sha512").update(fs.readFileSync(process.argv[1])).digest("base64")' "$cache/$archive")" = "$poco_integrity" ] ||
    { echo "$archive: its digest is not that of @iexec/poco $poco_version: expected $poco_integrity" >&2; exit 1; }
  tar xzf "$cache/$archive" -C $folder
fi

port=${GETH_PORT:-18545}
home=$(mktemp -d)
"$cache/$geth_version/geth" --dev --dev.gaslimit 60000000 --datadir "$home" --ipcdisable --verbosity 1 \
  --http --http.port "$port" --http.api eth --authrpc.port $((port + 1)) --port $((port + 2)) \
  --txpool.globalslots 100000 --txpool.accountslots 5000 --txpool.globalqueue 100000 --txpool.accountqueue 5000 2>"$home/log" &
pid=$!
trap 'kill $pid 2>/dev/null; wait $pid 2>/dev/null || true; rm -rf "$home"' EXIT
node $folder/poco.mjs "http://127.0.0.1:$port" "$pid" "$@"
