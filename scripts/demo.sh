#!/bin/sh
# The demonstration: a devnet with one saboteur renders a picture at a trust of 99.99 %, and the saboteur is caught. The script
# first installs what is missing, and builds. It leaves the picture in demo-out/. Arguments go to the program, for example:
# scripts/demo.sh --tiles 16 --progress plain
set -eu
cd "$(dirname "$0")/.."
scripts/prerequisites.sh
. scripts/path.sh
make build
for app in raytrace.wasm wordstat.wasm stitch; do
	[ -e "build/examples/$app" ] || { examples/build.sh >/dev/null; break; }
done
exec build/credenced devnet demo --out demo-out "$@"
