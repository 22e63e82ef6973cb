#!/bin/sh
# Runs the vectors and negatives of what verifies evidence on the machines that a node may run on: here without assembly,
# and with `--all` also as programs for 32 bits and for arm64, the latter under qemu. The verdicts have to be the same
# everywhere, because a node that disagrees with the others leaves the chain.
#
#   scripts/test-evidence.sh [--all]
#
# --all needs an amd64 machine and qemu-aarch64 (Debian: apt-get install qemu-user-static).
set -eu
cd "$(dirname "$0")/.."
packages="certificate circuit groth16 internal/strictjson internal/utc risc0 sevsnp software sp1 tdx"

echo "== without assembly, on this machine"
# shellcheck disable=SC2086 # one argument a package
# The standard library has no FIPS module under this tag, which that test switches on.
go test -tags purego -skip TestVerdictsDependOnNothing $(printf './evidence/%s ' $packages) ./x/enclaves/types ./x/verifiers/types
[ "${1:-}" = --all ] || exit 0

qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || {
	echo "qemu-aarch64 is not installed (Debian: apt-get install qemu-user-static)" >&2
	exit 1
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# run ARCHITECTURE EMULATOR... compiles each package's tests for an architecture and runs them. What is left out starts a
# second process, which qemu does not run.
run() {
	arch=$1
	shift
	echo "== as programs for $arch"
	for package in $packages; do
		CGO_ENABLED=0 GOOS=linux GOARCH=$arch go test -c -o "$dir/test" "./evidence/$package"
		printf '%s: ' "$package"
		(cd "evidence/$package" && "$@" "$dir/test" -test.short -test.skip TestVerdictsDependOnNothing)
	done
}
run 386 env
run arm64 "$qemu"
