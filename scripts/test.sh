#!/usr/bin/env bash
# Installs what building needs, builds, and runs all tests, in four sections. Tests that need more (a browser, a database) are left
# out where scripts/test-tools.sh has not installed it, and the end says which. Arguments go to "go test", such as -race or
# -count=1. PACKAGES, if set, names the packages to test instead of all: PACKAGES=./poco/... scripts/test.sh
#
# Every package is in one section: the last but one takes all packages that the others do not name. Tests that start processes
# use the binaries in build/. They run after everything else, because they could time out on a busy machine, and two packages at
# a time, because they wait for blocks most of the time. NETWORK_JOBS=1 runs one at a time.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/prerequisites.sh
. scripts/path.sh
# Where CREDENCE_REQUIRE_TOOLS is set, as in CI, everything is tested. Elsewhere nobody has to have a browser or a database.
[ -z "${CREDENCE_REQUIRE_TOOLS:-}" ] || scripts/test-tools.sh
make build

timeout="${TIMEOUT:-30m}"
module=github.com/credence-chain/credence
# shellcheck disable=SC2086 # one argument a package
all=$(go list ${PACKAGES:-./...})

section=
trap '[ "$?" = 0 ] || echo "FAILED: $section" >&2' EXIT

# run TITLE PARALLELISM PACKAGES GO-TEST-ARGUMENTS...
run() {
  section="$1"
  local parallel="$2" packages="$3"
  shift 3
  [ -n "$packages" ] || return 0
  printf '\n== %s (%s packages) ==\n' "$section" "$(wc -l <<<"$packages")"
  local start=$SECONDS
  # Lines that say only that a package has no tests would hide the others.
  # Without a debugger's tables a test is linked in half the time; scripts/lint.sh has go vet.
  # shellcheck disable=SC2086 # one argument a package
  go test -timeout "$timeout" -p "$parallel" -ldflags=-w -vet=off "$@" $packages | { grep -v '\[no test files\]$' || true; }
  echo "-- $section: passed in $((SECONDS - start)) s"
}

among() { grep -E "^$module/($1)(/|\$)" <<<"$all" || true; }
without() { grep -vE "^$module/($1)(/|\$)" || true; }

worker='internal/worker'
protocol='poco|evidence|lab|internal'
chain='x|app|cmd|testutil|test/scenario|test/bench'
networks='internal/devnet|test/acceptance|test/consortium|test/docs|test/network|test/nodes|test/programs'
run "protocol: units, properties, replays" "${JOBS:-2}" "$(among "$protocol" | without "$worker|$networks")" "$@"
run "chain: keepers, scenarios, commands" "${JOBS:-2}" "$(among "$chain")" "$@"
run "executor, client, examples" "${JOBS:-2}" "$(without "$protocol|$chain|$networks" <<<"$all"; among "$worker")" "$@"
export CREDENCE_BIN="$PWD/build" CREDENCED="$PWD/build/credenced"
run "networks of real processes" "${NETWORK_JOBS:-2}" "$(among "$networks")" "$@"
not_tested=$(scripts/test-tools.sh missing)
if [ -n "$not_tested" ]; then printf '\n%s\nscripts/test-tools.sh installs all of it.\n' "$not_tested" >&2; fi
if [ -n "${PACKAGES:-}" ]; then
  printf '\nthe tests of %s passed\n' "$PACKAGES"
  exit 0
fi
section="tools"
printf '\n== tools ==\n'
(cd tools && go test -timeout "$timeout" -ldflags=-w -vet=off ./...)
echo
echo "all tests passed"
