#!/bin/sh
# Builds the example apps for WASI and their host tools:
#   build/examples/hello.wasm, raytrace.wasm, wordstat.wasm, median.wasm, align.wasm, planets.wasm, sat.wasm, stitch
# Usage: examples/build.sh [OUTPUT_FOLDER]
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/examples}
mkdir -p "$out"
for app in hello raytrace wordstat median align planets sat; do
	# No symbols, paths or build id: a smaller module, and the same digest from every
	# folder and machine with one version of Go.
	GOOS=wasip1 GOARCH=wasm CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' \
		-o "$out/$app.wasm" "./examples/$app"
done
go build -trimpath -buildvcs=false -o "$out/stitch" ./examples/raytrace/stitch
ls -l "$out"
