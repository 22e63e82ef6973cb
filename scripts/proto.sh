#!/usr/bin/env bash
# Lints proto/ and generates Go into x/<module>/types, and the description of REST, docs/openapi/credence.json.
#
#   scripts/proto.sh          generate in place
#   scripts/proto.sh check    generate aside and fail when the committed code differs
#   scripts/proto.sh lint     lint only
#   scripts/proto.sh breaking fail when a definition breaks what was released: proto/released.binpb, a descriptor set
#   scripts/proto.sh released renew that descriptor set, with every release
#
# No schema registry is needed: the imported definitions come from the Go module cache, at the versions go.mod pins.
set -euo pipefail
cd "$(dirname "$0")/.."

mode="${1:-generate}"
include=.buf/include
module=github.com/credence-chain/credence

dir() { go list -m -f '{{.Dir}}' "$1"; }

gather() {
  rm -rf "$include" && mkdir -p "$include/google"
  local sdk gogo cosmos gateway
  go mod download github.com/cosmos/cosmos-sdk github.com/cosmos/gogoproto \
    github.com/cosmos/cosmos-proto github.com/grpc-ecosystem/grpc-gateway
  sdk=$(dir github.com/cosmos/cosmos-sdk)
  gogo=$(dir github.com/cosmos/gogoproto)
  cosmos=$(dir github.com/cosmos/cosmos-proto)
  gateway=$(dir github.com/grpc-ecosystem/grpc-gateway)
  cp -r "$sdk/proto/amino" "$include/"
  mkdir -p "$include/cosmos/tx" "$include/cosmos/crypto" "$include/gogoproto"
  cp -r "$sdk/proto/cosmos/base" "$sdk/proto/cosmos/msg" "$sdk/proto/cosmos/query" "$include/cosmos/"
  cp -r "$sdk/proto/cosmos/tx/signing" "$include/cosmos/tx/"
  cp -r "$sdk/proto/cosmos/crypto/multisig" "$include/cosmos/crypto/"
  cp -r "$cosmos/proto/cosmos_proto" "$include/"
  cp "$gogo/gogoproto/gogo.proto" "$include/gogoproto/"
  cp -r "$gateway/third_party/googleapis/google/api" "$include/google/"
  # base/node, base/reflection and friends import more than we use.
  find "$include/cosmos/base" -mindepth 1 -maxdepth 1 ! -name v1beta1 ! -name query -exec rm -rf {} +
  chmod -R u+w "$include"
}

buf() { go tool -modfile=tools/go.mod buf "$@"; }

released=proto/released.binpb

gather
case "$mode" in
released)
  buf build proto --exclude-source-info --output "$released"
  go test ./app -run 'TestStateLayout$' -count=1 -args -released
  exit
  ;;
breaking)
  buf breaking proto --against "$released" || {
    echo "proto/ breaks what was released: add fields and messages with new numbers and names, and keep the old ones; before the first release, or for a new major version: make released" >&2
    exit 1
  }
  exit
  ;;
esac
buf lint proto
[ "$mode" = lint ] && exit 0

rm -rf .buf/gen && mkdir -p .buf/gen
buf generate proto
out=".buf/gen/$module"
openapi=docs/openapi/credence.json

case "$mode" in
generate)
  # Remove what a deleted definition would leave behind.
  find x client -path '*/types/*' \( -name '*.pb.go' -o -name '*.pb.gw.go' \) -delete 2>/dev/null || true
  cp -r "$out/." .
  cp ".buf/gen/$openapi" "$openapi"
  ;;
check)
  stale=0
  cmp -s ".buf/gen/$openapi" "$openapi" || { echo "stale: $openapi" >&2; stale=1; }
  while IFS= read -r f; do
    cmp -s "$out/$f" "$f" || { echo "stale: $f" >&2; stale=1; }
  done < <(cd "$out" && find . -name '*.go')
  while IFS= read -r f; do
    [ -f "$out/$f" ] || { echo "no definition generates: $f" >&2; stale=1; }
  done < <(find x client -path '*/types/*' \( -name '*.pb.go' -o -name '*.pb.gw.go' \))
  [ "$stale" = 0 ] || { echo "generated code is stale: run 'make proto' and commit" >&2; exit 1; }
  ;;
*)
  echo "unknown mode $mode: expected generate, check, lint, breaking or released" >&2
  exit 2
  ;;
esac
