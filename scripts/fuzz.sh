#!/usr/bin/env bash
# Fuzzes every target of the repository, one after the other, each for FUZZTIME (default 5s). A failure stops the script. Go
# then leaves the input below testdata/fuzz of the package, where every later run of the tests tries it again.
#
#   PACKAGES="./receipt ./app" scripts/fuzz.sh      some packages
#   KEEP=10 scripts/fuzz.sh                         afterwards copies the ten smallest inputs of up to 4 kB that opened new code and are
#                                                   not kept yet into testdata/fuzz, to be committed
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
time="${FUZZTIME:-5s}"
keep="${KEEP:-0}"
cache="$(go env GOCACHE)/fuzz"
packages="${PACKAGES:-$(grep -rl '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u)}"
targets=0
for package in $packages; do
  path="$(go list "$package")"
  for target in $(grep -h '^func Fuzz' "$package"/*_test.go | sed 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/'); do
    echo "$path $target"
    go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 2s -parallel "${PARALLEL:-$(nproc)}"
    targets=$((targets + 1))
    [ "$keep" -gt 0 ] && [ -d "$cache/$path/$target" ] || continue
    corpus="$package/testdata/fuzz/$target"
    mkdir -p "$corpus"
    find "$cache/$path/$target" -type f -size -4096c -printf '%s %p\n' | sort -n | head -n "$keep" | cut -d' ' -f2 | xargs -r -I{} cp -n {} "$corpus/"
    rmdir --ignore-fail-on-non-empty "$corpus"
  done
done
echo "$targets targets, $time each: no failure"
