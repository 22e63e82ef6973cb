#!/bin/sh
# The demonstration: a devnet with one saboteur renders a picture at 99.99 %, the saboteur is caught.
# Installs what is missing and builds first; leaves the picture in demo-out/.
# Arguments go to the program, for instance: scripts/demo.sh --tiles 16 --progress plain
set -eu
cd "$(dirname "$0")/.."
scripts/prerequisites.sh
. scripts/path.sh
make build
for app in raytrace.wasm wordstat.wasm stitch; do
	[ -e "build/examples/$app" ] || { examples/build.sh >/dev/null; break; }
done
exec build/credenced devnet demo --out demo-out "$@"
