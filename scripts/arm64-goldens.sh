#!/bin/sh
# Runs the goldens of the WASM runtime as arm64 programs under qemu, to see that answers
# and fuel are the same there as on this machine, and then test-evidence.sh, which does
# so with the vectors of evidence. Needs Go and Debian's qemu-user-static (or any
# qemu-aarch64 in PATH).
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
run ./executor/runtime/wasm/internal/engine -test.run 'TestGoldens|TestInstrumentedEqualsPlain' -test.v
scripts/test-evidence.sh --all
