#!/bin/sh
# Runs the goldens of the WASM runtime, and the vectors of what verifies evidence, as
# arm64 programs under qemu, to see that answers, fuel and verdicts are the same there
# as on this machine. Needs Go and Debian's qemu-user-static (or any qemu-aarch64 in
# PATH).
set -eu
cd "$(dirname "$0")/.."
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || {
	echo "qemu-aarch64 is not installed (Debian: apt-get install qemu-user-static)" >&2
	exit 1
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# run PACKAGE ARGUMENTS... runs tests of a package.
run() {
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go test -c -o "$dir/arm64.test" "$1"
	(cd "$1" && shift && "$qemu" "$dir/arm64.test" "$@")
}
for package in groth16 risc0 sp1 certificate tdx sevsnp; do
	# What is left out starts a second process, which qemu does not run.
	run "./evidence/$package" -test.short -test.skip TestVerdictsDependOnNothing
done
run ./executor/runtime/wasm/internal/engine -test.run 'TestGoldens|TestInstrumentedEqualsPlain' -test.v
