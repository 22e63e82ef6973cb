#!/usr/bin/env bash
# Builds static binaries for Linux, whose bytes depend on nothing but the source, its version, and the Go that go.mod names.
#
#   scripts/static.sh FOLDER ARCH PROGRAM...    scripts/static.sh build/images amd64 credenced
#
# VERSION and COMMIT are the version and commit that the binaries print. If they are not set, git is asked.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
out="$1" arch="$2"
shift 2
version="${VERSION:-$(git describe --tags --always 2>/dev/null || echo dev)}"
commit="${COMMIT:-$(git rev-parse HEAD 2>/dev/null || echo unknown)}"
sdk=github.com/cosmos/cosmos-sdk/version
ldflags="-s -w -buildid= -X $sdk.Name=credence -X $sdk.AppName=credenced -X $sdk.Version=$version -X $sdk.Commit=$commit -X main.builtFrom=$commit -X github.com/credence-chain/credence/executor/runtime/wasm.build=${COMMIT:-$(scripts/build-name.sh)}"
# Without grpcnotrace, gRPC links a page of traces, which nothing here turns on. Its templates call methods by name, and for that the
# linker keeps every exported method of every type.
mkdir -p "$out"
for program in "$@"; do
  light=()
  if [ "$program" = credence ]; then
    scripts/light.sh
    light=(-modfile build/light/go.mod)
  fi
  GOFLAGS='' CGO_ENABLED=0 GOOS=linux GOARCH="$arch" go build "${light[@]}" -tags grpcnotrace -trimpath -buildvcs=false -ldflags "$ldflags" -o "$out/$program" "./cmd/$program"
  # A program with an interpreter needs the libraries of a system: it would not start in an image without any.
  headers=$(LC_ALL=C readelf --program-headers "$out/$program")
  if grep -q INTERP <<<"$headers"; then
    echo "$out/$program is not static" >&2
    exit 1
  fi
done
