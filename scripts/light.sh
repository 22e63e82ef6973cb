#!/usr/bin/env bash
# Writes build/light, with which the command credence is built without what modules of others bring and it never runs
# (docs/adr/0094-credence-without-databases.md):
#   - the databases of cosmos-db and cometbft-db, which register themselves when a program starts, so that the linker keeps them;
#   - the JSON compiler of the SDK's log, in whose place the standard library's encoding/json stands.
# It has copies of these modules, at the versions of go.mod and after go.sum was checked, in which whole files and one import are changed, and a
# go.mod that names the copies. A new version of a module that needs what is left out does not compile.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
out=build/light
mkdir -p "$out"
work=$(mktemp -d build/light.XXXXXX)
trap 'rm -rf "$work"' EXIT
cp go.mod go.sum "$work/"

# take_module NAME MODULE copies a module and has go.mod name the copy.
take_module() {
  local dir
  dir=$(GOFLAGS='' go list -m -f '{{.Dir}}' "$2")
  mkdir "$work/$1"
  (cd "$dir" && find . -name '*.go' ! -name '*_test.go' -o -name go.mod -o -name LICENSE) | tar -C "$dir" -cf - --files-from=- --mode=u+w | tar -C "$work/$1" -xf -
  GOFLAGS='' go mod edit -replace="$2=./$out/$1" "$work/go.mod"
}

GOFLAGS='' go mod download github.com/cosmos/cosmos-db github.com/cometbft/cometbft-db cosmossdk.io/log/v2
take_module cosmos-db github.com/cosmos/cosmos-db
take_module cometbft-db github.com/cometbft/cometbft-db
take_module log cosmossdk.io/log/v2
rm "$work"/{cosmos-db,cometbft-db}/{goleveldb,pebble}*.go
sed -i 's,^\t"github.com/bytedance/sonic"$,\tsonic "encoding/json",' "$work"/log/*.go
if grep -rl bytedance "$work"/log --include='*.go'; then
  echo "light: the SDK's log imports its JSON compiler in another way" >&2
  exit 1
fi
rm -rf "$out"
mv "$work" "$out"
trap - EXIT
