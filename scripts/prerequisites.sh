#!/usr/bin/env bash
# Installs what building and testing need, as far as this machine lacks it: make, a C compiler, curl and certificates from the
# distribution's packages, and then Go (scripts/toolchain.sh). If all are there, it ends at once.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
. scripts/packages.sh

missing=()
command -v make >/dev/null || missing+=(make)
command -v gcc >/dev/null || command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v curl >/dev/null || missing+=(curl) # the integrators' guide is tested with it
[ ! -e .git ] || command -v git >/dev/null || missing+=(git) # for the version
[ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] || [ -e /etc/ssl/cert.pem ] || missing+=(ca-certificates)
if [ "${#missing[@]}" -gt 0 ]; then install_packages "${missing[@]}"; fi

scripts/toolchain.sh
