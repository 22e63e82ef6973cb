#!/bin/sh
# Runs the goldens of the WASM runtime as an arm64 program under qemu, to see that
# answers and fuel are the same there as on this machine. Needs Go and Debian's
# qemu-user-static (or any qemu-aarch64 in PATH).
set -eu
cd "$(dirname "$0")/.."
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || {
	echo "qemu-aarch64 is not installed (Debian: apt-get install qemu-user-static)" >&2
	exit 1
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
package=./executor/runtime/wasm/internal/engine
CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go test -c -o "$dir/engine.test" "$package"
cd "$package"
"$qemu" "$dir/engine.test" -test.run 'TestGoldens|TestInstrumentedEqualsPlain' -test.v
