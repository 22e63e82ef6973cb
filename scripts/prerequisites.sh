#!/usr/bin/env bash
# Installs what building needs and this machine lacks: a C compiler and Go, from the distribution's packages. Does
# nothing, quickly, where both are there.
set -euo pipefail
PATH="$PATH:/usr/local/go/bin"
missing=()
command -v gcc >/dev/null || command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v go >/dev/null || missing+=(golang-go)
[ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] || [ -e /etc/ssl/cert.pem ] || missing+=(ca-certificates)
[ "${#missing[@]}" -gt 0 ] || exit 0
if ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]}. Install a C compiler and Go (the version go.mod names, or any that fetches it), then try again." >&2
  exit 1
fi
echo "installing: ${missing[*]}"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
$sudo apt-get install -q -y --no-install-recommends "${missing[@]}"
