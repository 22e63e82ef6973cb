#!/usr/bin/env bash
# Builds static binaries into build/images and images of them: credence/node, credence/worker, credence/store. No image is
# fetched. With --binaries it stops before the images, for machines without Docker.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
context=build/images
tag="${TAG:-latest}"
mkdir -p "$context/empty" "$context/rootfs/tmp"
chmod 1777 "$context/rootfs/tmp"
scripts/static.sh "$context" "$(go env GOARCH)" credenced credence-worker credence-sandbox
cp docker/passwd "$context/"
cp "${CERTIFICATES:-/etc/ssl/certs/ca-certificates.crt}" "$context/ca-certificates.crt"
[ "${1:-}" != --binaries ] || exit 0
for image in node worker store; do
  docker build --quiet --tag "credence/$image:$tag" --file "docker/$image.Dockerfile" "$context"
done
