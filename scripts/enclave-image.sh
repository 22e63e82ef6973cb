#!/usr/bin/env bash
# Makes the measured image of a worker in an enclave: a static worker, and of it an initial file system for a virtual machine and a
# container image. The bytes depend on the commit, the Go that go.mod names, the platform and the kernel modules alone.
#
#   scripts/enclave-image.sh FOLDER PLATFORM [--module FILE]...   scripts/enclave-image.sh build/enclave sev-snp
#
# ARCH (amd64 by default) is the architecture of the machine that the image is for. FOLDER is replaced.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
out="$1" platform="$2"
shift 2
arch="${ARCH:-amd64}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/static.sh "$work/image" "$arch" credence-worker
builder="$work/image/credence-worker"
if [ "$arch" != "$(go env GOHOSTARCH)" ]; then
  scripts/static.sh "$work/here" "$(go env GOHOSTARCH)" credence-worker
  builder="$work/here/credence-worker"
fi
rm -rf "$out"
mkdir -p "$(dirname "$out")"
HOME="$work" "$builder" image build --program "$work/image/credence-worker" --architecture "$arch" --platform "$platform" --out "$out" "$@"
