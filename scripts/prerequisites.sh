#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks: a C compiler, Go and curl, from the distribution's
# packages. Does nothing, quickly, where all are there.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/local/go/bin"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo

missing=()
command -v gcc >/dev/null || command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v go >/dev/null || missing+=(golang-go)
command -v curl >/dev/null || missing+=(curl) # the integrators' guide is tested with it
[ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] || [ -e /etc/ssl/cert.pem ] || missing+=(ca-certificates)
if [ "${#missing[@]}" -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "missing: ${missing[*]}. Install a C compiler, curl and Go (the version go.mod names, or any from 1.21 on), then try again." >&2
    exit 1
  fi
  echo "installing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -q
  $sudo apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

# From 1.21 on Go fetches the version that go.mod names by itself. An older one, such as Debian 12's, can fetch it as the
# module that it is, and checks it against the checksum database; only its files then lack the right to be executed.
have=$(GOTOOLCHAIN=local go version | sed -nE 's/^go version go([0-9.]+).*/\1/p')
[ "$(printf '%s\n' "$have" 1.21 | sort -V | head -1)" = 1.21 ] && exit 0
wanted=$(cat go.mod tools/go.mod tools/golangci/go.mod | sed -nE 's/^go ([0-9.]+)$/\1/p' | sort -V | tail -1)
if [ -e /usr/local/go ]; then
  echo "Go $have cannot fetch Go $wanted, and /usr/local/go is there already: install Go 1.21 or newer from https://go.dev/dl" >&2
  exit 1
fi
module="golang.org/toolchain@v0.0.1-go$wanted.$(go env GOOS)-$(go env GOARCH)"
echo "installing: Go $wanted, which Go $have is too old to fetch by itself"
(cd / && go mod download "$module")
$sudo cp -r "$(go env GOMODCACHE)/$module" /usr/local/go
$sudo chmod -R u+w,a+X /usr/local/go
$sudo chmod -R a+x /usr/local/go/bin /usr/local/go/pkg/tool
$sudo ln -sf /usr/local/go/bin/go /usr/local/go/bin/gofmt /usr/local/bin/
