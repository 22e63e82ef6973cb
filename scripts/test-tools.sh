#!/usr/bin/env bash
# Installs what some tests need beside Go: a browser, Node and packages of npm, Python's packages, PostgreSQL, promtool, runc, ip,
# systemd's checker, docker-compose.
#
#   scripts/test-tools.sh          install what is missing; fail when something still is
#   scripts/test-tools.sh missing  print a line for each that is missing, with what is not tested for want of it
#
# .ci/run installs all of it, so that a test whose program is missing fails there. scripts/test.sh skips such tests, and says
# so.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
. scripts/packages.sh

has() { command -v "$1" >/dev/null; }
is_root() { [ "$(id -u)" = 0 ]; }
has_chromium() { has chromium || has chromium-browser || has google-chrome; }
has_node() { has node && has npm && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; }
has_python() {
  local python
  for python in /usr/bin/python3 python3; do
    "$python" -c 'import sys, cryptography, ensurepip, setuptools, venv, wheel; assert sys.version_info >= (3, 11)' 2>/dev/null && return
  done
  return 1
}
has_postgresql() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_runc() { ! is_root || has runc || has crun; } # only root runs containers
has_ip() { ! is_root || has ip; }                  # only root makes network namespaces
has_promtool() { has promtool; }
has_systemd() { has systemd-analyze; }
has_compose() { has docker-compose; }

# has_packages: npm has installed exactly what a folder's package-lock.json says.
has_packages() { cmp -s "$1/package-lock.json" "$1/node_modules/.credence-installed"; }
has_typescript() { has_packages clients/typescript; }
has_axe() { has_packages web/check; }

# name, packages of Debian, what is not tested without it
tools='chromium|chromium|the node'\''s pages in a browser
node|nodejs npm|the pages, receipts in the browser, the description of REST, the TypeScript client
typescript||the TypeScript client
axe||barriers of the pages
python|python3 python3-venv python3-setuptools python3-wheel python3-cryptography|the Python client
postgresql|postgresql|events in PostgreSQL
promtool|prometheus|the alarms
systemd|systemd|the units of systemd
compose|docker-compose|compose.yaml
runc|runc|containers
ip|iproute2|a consortium'\''s life'

missing() {
  local name packages what
  while IFS='|' read -r name packages what; do
    "has_$name" || echo "$name|$packages|$what"
  done <<<"$tools"
}

# install_node puts the pinned Node where scripts/path.sh looks first, for distributions whose own is too old.
install_node() {
  local place="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/credence/node"
  mkdir -p "$place"
  cp tools/node/package.json tools/node/package-lock.json "$place/"
  npm ci --prefix "$place" --no-audit --no-fund
}

install_packages_of() {
  npm ci --prefix "$1" --no-audit --no-fund
  cp "$1/package-lock.json" "$1/node_modules/.credence-installed"
}

case "${1:-install}" in
missing)
  missing | while IFS='|' read -r name _ what; do echo "NOT TESTED, for want of $name: $what"; done
  exit 0
  ;;
install) ;;
*)
  echo "unknown mode $1: expected missing, or nothing" >&2
  exit 2
  ;;
esac

# A Node that is only too old needs no package: the distribution has no other.
wanted=$(missing | { if has node && has npm; then grep -v '^node|'; else cat; fi || true; } | cut -d'|' -f2 | xargs)
# shellcheck disable=SC2086 # one argument a package
[ -z "$wanted" ] || install_packages $wanted
has_node || install_node
has_typescript || install_packages_of clients/typescript
has_axe || install_packages_of web/check

left=$(missing)
[ -z "$left" ] || { printf 'still missing, although it was to be installed: %s\n' "$(cut -d'|' -f1 <<<"$left" | xargs)" >&2; exit 1; }
