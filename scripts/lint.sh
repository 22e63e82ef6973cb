#!/usr/bin/env bash
# Runs all checks that need no test: formatting, determinism of state code, proto, generated code, documentation and
# linters. Names the check that fails.
set -euo pipefail
cd "$(dirname "$0")/.."

step=
trap '[ "$?" = 0 ] || echo "FAILED: lint: $step" >&2' EXIT
begin() { step="$1"; echo "== lint: $step"; }

begin "gofmt"
# All files on disk that git tracks or would add. A deleted file stays in the index until it is committed, so it is skipped.
unformatted=$(git ls-files -co --exclude-standard '*.go' | grep -vE '\.pb(\.gw)?\.go$|/testdata/' |
  while IFS= read -r f; do [ ! -f "$f" ] || printf '%s\0' "$f"; done | xargs -0 gofmt -s -l)
[ -z "$unformatted" ] || { printf 'not formatted, run "make fmt":\n%s\n' "$unformatted" >&2; exit 1; }

begin "determinism of state code"
go run -C tools ./determinism -dir .. ./poco/... ./evidence/... ./x/...

begin "proto, and generated code"
scripts/proto.sh check

begin "proto against what was released"
scripts/proto.sh breaking

begin "the hashes of the Go that a bare machine fetches"
scripts/toolchain.sh check

begin "manifests of Kubernetes against the types of its API"
go test -C tools/kubernetes .

begin "documentation"
scripts/docs.sh
make --silent site

begin "golangci-lint" # with go vet
go tool -modfile=tools/golangci/go.mod golangci-lint run ./...

echo "lint passed"
