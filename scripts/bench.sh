#!/usr/bin/env bash
# Runs the benchmarks and prints Go's output, which benchstat can compare. Arguments go to "go test", for example -count=6.
# At the end the report is in REPORT, build/bench/ and the commit by default: report.txt, which is this output, report.json with every
# figure, and report.html, which shows them as bars. Compare two commits: benchstat build/bench/ONE/report.txt build/bench/OTHER/report.txt
#
# ONLY, if set, names the one part that is run (blocks, nodes, geth, protocol, evidence, flat, wasm or containers): ONLY=evidence scripts/bench.sh
#
# The first benchmark is the yardstick for the others: bank sends, in blocks of the same chain in the same run.
set -euo pipefail
cd "$(dirname "$0")/.."
run() { go test -timeout 30m -run '^$' -bench "$@"; }

blocks() {
  echo "== blocks: bank sends, an empty block, requests, whole tasks"
  run . -benchtime 10x "$@" ./test/bench
}
nodes() {
  echo "== whole nodes: bank sends and tasks on one node and on four, real processes on this machine"
  run . -benchtime 1x "$@" ./test/nodes
}
geth() {
  echo "== iExec's Proof of Contribution on geth, beside the whole nodes (with Node and npm)"
  if command -v npm >/dev/null; then scripts/bench-geth.sh; else echo "not measured, for want of npm"; fi
}
protocol() {
  echo "== the protocol: plan, gate, draw"
  run . "$@" ./poco
}
evidence() {
  echo "== evidence: the least time of one check of each kind, beside a signature of secp256k1, for which the chain takes 1,000 gas"
  run . "$@" ./evidence/... | awk '
    /no test files/ { next }
    { print }
    /^pkg: / { package = $2; sub(/.*\/evidence/, "evidence", package) }
    /ns\/op/ {
      name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name); row = sprintf("%-24s %-24s", package, name)
      if (!(row in least)) rows[++n] = row
      if (!(row in least) || $3 < least[row]) least[row] = $3
      if (name == "Yardstick") yardstick = least[row]
    }
    END { for (i = 1; i <= n; i++) printf "%s %8.2f ms %8.0f gas\n", rows[i], least[rows[i]] / 1e6, 1000 * least[rows[i]] / yardstick }'
}
flat() {
  echo "== flat: what a draw, a match and a block cost as the state grows"
  run . "$@" ./x/... | { grep -v '\[no test files\]$' || true; }
}
wasm() {
  echo "== WebAssembly: the instrumentation pass against the bare engine"
  run . "$@" ./executor/runtime/wasm/...
}
containers() {
  echo "== containers: a task of a program that does nothing, beside runc run of the same image (as root, with runc)"
  run . "$@" ./executor/runtime/oci
}

parts="blocks nodes geth protocol evidence flat wasm containers"
if [ -n "${ONLY:-}" ]; then
  [[ " $parts " == *" $ONLY "* ]] || { echo "ONLY: got $ONLY, expected one of: $parts" >&2; exit 2; }
  parts=$ONLY
fi
commit=$(scripts/build-name.sh)
report=$(realpath -m "${REPORT:-build/bench/$commit}")
mkdir -p "$report"
for part in $parts; do "$part" "$@"; done | tee "$report/report.txt"
go run -C tools ./benchreport -dir "$report" -commit "$commit"
echo "the report is in $report"
