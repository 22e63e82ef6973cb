#!/usr/bin/env bash
# The demonstration of containers: a devnet whose workers run an image, written to iExec's contract, under a quorum of three
# organisations. The result is compared with that of the same program run here without a container. Leaves it in demo-oci-out/.
# As root, since workers mount the containers' outputs. ENGINE=docker uses a Docker Engine instead of runc, at SOCKET or where it
# listens by default; where none answers, one is started, and stopped in the end.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/prerequisites.sh
. scripts/path.sh
. scripts/packages.sh
engine="${ENGINE:-runc}"
[ "$(id -u)" = 0 ] || { echo "demo-oci: run it as root: workers mount the outputs of containers" >&2; exit 1; }
out="${OUT:-demo-oci-out}"
[ ! -e "$out" ] || { echo "demo-oci: $out is there already; remove it, or set OUT" >&2; exit 1; }

work="$(mktemp -d)"
pids=()
stop() {
  local pid
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap stop EXIT

path=
case "$engine" in
docker)
  path="${SOCKET:-/var/run/docker.sock}"
  if ! curl -sf --unix-socket "$path" http://localhost/_ping >/dev/null; then
    command -v dockerd >/dev/null || install_packages docker.io
    path="$work/docker.sock"
    echo "starting a Docker Engine"
    dockerd --iptables=false --ip6tables=false --bridge=none --data-root "$work/docker" --exec-root "$work/docker-exec" \
      --pidfile "$work/docker.pid" -H "unix://$path" >"$work/docker.log" 2>&1 &
    pids+=($!)
    for _ in $(seq 150); do
      curl -sf --unix-socket "$path" http://localhost/_ping >/dev/null && break
      sleep 0.2
    done
  fi
  ;;
runc | crun)
  command -v "$engine" >/dev/null || install_packages "$engine"
  ;;
esac

make build
app=./examples/wordfreq-container
CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' -o "$work/wordfreq" "$app"
go run "$app/pack" "$work/wordfreq" "$work/wordfreq.tar"

state="$work/devnet"
build/credenced devnet --state "$state" --workers 4 --oci-engine "$engine" --oci-path "$path" --output json >"$work/devnet.json" 2>"$work/devnet.log" &
pids=($! "${pids[@]}")
for _ in $(seq 600); do
  [ ! -s "$work/devnet.json" ] || break
  kill -0 "${pids[0]}" 2>/dev/null || { cat "$work/devnet.log" >&2; exit 1; }
  sleep 0.2
done
[ -s "$work/devnet.json" ] || { echo "demo-oci: the devnet did not start" >&2; cat "$work/devnet.log" >&2; exit 1; }

text=examples/wordstat/texts/tides.txt
echo "running $text through the container, on three organisations"
build/credenced run --state "$state" "$work/wordfreq.tar" --input "$text" --policy quorum --min-replicas 3 --out "$out" --progress plain

mkdir "$work/expected"
IEXEC_IN="$(dirname "$text")" IEXEC_OUT="$work/expected" IEXEC_INPUT_FILES_NUMBER=1 IEXEC_INPUT_FILE_NAME_1="$(basename "$text")" "$work/wordfreq"
cmp "$work/expected/words.txt" "$out/words.txt"
[ "$(find "$out" -type f | wc -l)" = 1 ] || { echo "demo-oci: $out has more than what computed.json names" >&2; exit 1; }
head -n 5 "$out/words.txt"
echo "three organisations ran the container, and their result is that of the program without one: $out/words.txt"
