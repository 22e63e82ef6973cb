#!/bin/sh
# Builds the programs into build/, after it has installed what a bare machine lacks: make, a C compiler, curl, certificates and Go.
set -eu
cd "$(dirname "$0")/.."
scripts/prerequisites.sh
. scripts/path.sh
make build
