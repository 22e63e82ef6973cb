#!/usr/bin/env bash
# The demonstration with containers. The workers of four organisations run images with runc, and one of them lies. An app that
# was written for iExec runs unchanged. An app whose every run gives another output gets no result, and costs nothing.
#
#   scripts/demo-oci.sh [ENGINE]
#
# ENGINE is runc (the default), crun or docker (a Docker Engine that runs on this machine). The script first installs what is
# missing, and builds. It needs root, as containers do. It leaves the results in demo-oci-out/ and no process running.
set -euo pipefail
cd "$(dirname "$0")/.."
engine="${1:-runc}"
[ "$(id -u)" = 0 ] || { echo "containers need root: a worker mounts file systems of a bounded size for them. Run it as root, or with sudo." >&2; exit 1; }
scripts/prerequisites.sh
. scripts/path.sh
. scripts/packages.sh
case "$engine" in
runc | crun) command -v "$engine" >/dev/null || install_packages "$engine" ;;
docker) [ -S /var/run/docker.sock ] || { echo "no Docker Engine listens at /var/run/docker.sock: start it (dockerd), or use runc" >&2; exit 1; } ;;
*) echo "engine $engine: expected runc, crun or docker" >&2; exit 1 ;;
esac
make build

begin=$SECONDS
out=demo-oci-out
rm -rf "$out"
mkdir -p "$out" build/examples
. scripts/own-devnet.sh

title() { printf '\n== %s\n' "$*"; }
# show runs a command as a user would type it, and keeps what it said in $said.
show() {
  echo "\$ credence $*"
  local status=0
  said=$(build/credence "$@" 2>&1) || status=$?
  printf '%s\n' "$said"
  return "$status"
}
# request is the id in what a run said.
request() { sed -n 's/.*request \([0-9a-f]\{12\}\).*/\1/p' <<<"$said" | head -1; }
expect() { grep -qF -- "$1" <<<"$said" || { echo "expected: $1" >&2; exit 1; }; }

title "Two programs, each packed into an image FROM scratch"
for app in wordfreq dice; do
  CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' -o "build/examples/$app" "./examples/$app-container"
  go run ./examples/wordfreq-container/pack "build/examples/$app" "build/examples/$app.tar"
  ls -l "build/examples/$app.tar"
done
echo "wordfreq is written to iExec's contract (IEXEC_IN, IEXEC_OUT, computed.json); dice rolls the machine's random numbers."

title "A network on this machine: four organisations run containers with $engine, and one of them lies"
start_devnet --workers 4 --saboteurs 1 --oci-engine "$engine" --oci-workers 4
echo "amber, birch, cedar and delta are ready. What delta runs, it runs rightly, and then alters the output."

title "iExec's app, unchanged: more than half of four organisations must agree"
inputs=(--input examples/wordstat/texts/tides.txt --input README.md)
show run build/examples/wordfreq.tar --policy quorum --min-replicas 4 "${inputs[@]}" --out "$out/words" --progress plain
expect "1 of 1 verified by"
words=$(request)
head -6 "$out/words/words.txt"

title "Who was paid for it"
show task show "$words"
expect "amber"

title "The same app for a contract: its answer is the callback's data alone"
show run build/examples/wordfreq.tar --policy quorum --min-replicas 4 "${inputs[@]}" --out "$out/callback" --progress plain -- callback
cat "$out/callback/computed.json"
echo

title "Dice: no two workers agree, so there is no result, and the money comes back"
if show run build/examples/dice.tar --policy quorum --min-replicas 4 --out "$out/dice" --progress plain; then
  echo "a quorum was found where there is none" >&2
  exit 1
fi
dice=$(request)
expect "0.2 CRED of what was locked came back"
show task logs "$dice"
expect "nothing attests it"

title "The same dice with a seed, which is an argument: now they agree"
show run build/examples/dice.tar --policy quorum --min-replicas 4 --out "$out/seeded" --progress plain -- seed-1
expect "1 of 1 verified by"
seeded=$(request)
show task logs "$seeded"
expect "rolling with seed"

title "Or one worker of a pool that is trusted: nobody checks it"
show run build/examples/wordfreq.tar --policy single --pool containers "${inputs[@]}" --out "$out/single" --progress plain
expect "1 of 1 answered by"
if cmp -s "$out/words/words.txt" "$out/single/words.txt"; then
  echo "The worker that was drawn was honest: it is what the quorum found."
else
  echo "delta was drawn, and its lie is the result: under this policy the pool is trusted."
fi

title "Stopped"
kill -TERM "$devnet"
wait "$devnet" || true
devnet=
if grep -q "$state" /proc/self/mounts || pgrep -f "$state/net" >/dev/null; then
  echo "something is left of it" >&2
  exit 1
fi
echo "No process, container or mount is left."

printf '\nDone in %d s. %s\n' "$((SECONDS - begin))" "Results are in $out/:"
printf '  %-26s %s\n' "words/words.txt" "agreed on by three of four; the liar was outvoted and not paid" \
  "callback/computed.json" "the same for a contract" \
  "(no dice)" "no quorum: refunded in full" \
  "seeded/dice.txt" "the same program with its seed pinned: agreed on" \
  "single/words.txt" "one worker's word: whoever was drawn, a liar as well"
