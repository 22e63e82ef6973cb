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
version="$(git describe --tags --always 2>/dev/null || echo dev)"
ldflags="-s -w -X github.com/cosmos/cosmos-sdk/version.Name=credence -X github.com/cosmos/cosmos-sdk/version.AppName=credenced -X github.com/cosmos/cosmos-sdk/version.Version=$version"
CGO_ENABLED=0 GOOS=linux go build -trimpath -ldflags "$ldflags" -o "$context/" ./cmd/credenced ./cmd/credence-worker
for binary in credenced credence-worker; do
  if ldd "$context/$binary" > /dev/null 2>&1; then
    echo "$context/$binary is not static: it would not start in an image without libraries" >&2
    exit 1
  fi
done
cp docker/passwd "$context/"
cp "${CERTIFICATES:-/etc/ssl/certs/ca-certificates.crt}" "$context/ca-certificates.crt"
[ "${1:-}" != --binaries ] || exit 0
for image in node worker store; do
  docker build --quiet --tag "credence/$image:$tag" --file "docker/$image.Dockerfile" "$context"
done
