#!/usr/bin/env bash
# Makes sure that there is a Go that can build this project.
#
#   scripts/toolchain.sh         fetch Go where there is none from 1.21 on, which fetches by itself the version that it needs
#   scripts/toolchain.sh check   fail when scripts/toolchain.sum is not of the version that the project's go.mod files need
#   scripts/toolchain.sh pin     write scripts/toolchain.sum anew
#
# Go is also published as a Go module, and a go command fetches that module. So GOPROXY, GOSUMDB and the other settings apply,
# and the checksum database is asked. In addition, the module's hash has to be the one in scripts/toolchain.sum. On a machine
# without any Go, the script takes a go command out of the distribution's package without installing the package, and removes it
# afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
. scripts/packages.sh

pins=scripts/toolchain.sum
wanted=$(cat go.mod tools/go.mod tools/golangci/go.mod | sed -nE 's/^(go|toolchain go) ?([0-9.]+)$/\2/p' | sort -V | tail -1)
place="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/credence/go"

version() { echo "v0.0.1-go$wanted.linux-$1"; }

# pinned prints the hash that the toolchain of an architecture must have, or nothing.
pinned() { awk -v v="$(version "$1")" '$1 == "golang.org/toolchain" && $2 == v { print $3 }' "$pins"; }

# field prints a text field of the JSON of "go mod download".
field() { sed -nE "s/^[[:space:]]*\"$1\": \"(.*)\",?\$/\1/p"; }

# download fetches the toolchain of an architecture with a go command, and prints what that says of it. The settings of
# this project's folder have nothing to do with it.
download() { (cd / && GOFLAGS='' GO111MODULE=on GOWORK=off GOTOOLCHAIN=local "$1" mod download -json "golang.org/toolchain@$(version "$2")"); }

case "${1:-install}" in
install) ;;
check)
  for arch in amd64 arm64; do
    [ -n "$(pinned "$arch")" ] || {
      echo "$pins: no hash of Go $wanted for $arch, which go.mod, tools/go.mod or tools/golangci/go.mod needs: run scripts/toolchain.sh pin" >&2
      exit 1
    }
  done
  exit 0
  ;;
pin)
  for arch in amd64 arm64; do
    sum=$(download go "$arch" | field Sum)
    echo "golang.org/toolchain $(version "$arch") ${sum:?go mod download named no sum}"
  done >"$pins.new"
  mv "$pins.new" "$pins"
  exit 0
  ;;
*)
  echo "unknown mode $1: expected check or pin, or nothing" >&2
  exit 2
  ;;
esac

old=
if command -v go >/dev/null; then
  old=$(cd / && GOTOOLCHAIN=local go version | sed -nE 's/^go version go([0-9.]+).*/\1/p')
  [ "$(printf '%s\n' "$old" 1.21 | sort -V | head -1)" != 1.21 ] || exit 0
fi

case "$(uname -s) $(uname -m)" in
'Linux x86_64') arch=amd64 ;;
'Linux aarch64') arch=arm64 ;;
*) arch= ;;
esac
hash=
[ -z "$arch" ] || hash=$(pinned "$arch")
if [ -z "$hash" ]; then
  echo "missing: Go 1.21 or newer${old:+ (here is $old)}. There is no pinned one for $(uname -s) on $(uname -m): install it, and try again." >&2
  exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ -n "$old" ]; then
  bootstrap=go
else
  if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "missing: Go 1.21 or newer. This machine has no apt-get to get it with: install it, and try again." >&2
    exit 1
  fi
  # golang-go is a name for the package of the distribution's version, such as golang-1.24-go.
  package() { apt-cache depends --important golang-go 2>/dev/null | sed -nE 's/^ *Depends: (golang-[0-9.]+-go)$/\1/p' | head -1; }
  name=$(package)
  if [ -z "$name" ]; then
    # A new machine has no list of packages until it is asked for one.
    if [ "$(id -u)" = 0 ]; then apt-get update -q; elif command -v sudo >/dev/null; then sudo apt-get update -q; fi
    name=$(package)
  fi
  [ -n "$name" ] || { echo "missing: Go 1.21 or newer, and apt-get knows no package golang-go: install Go, and try again." >&2; exit 1; }
  echo "fetching: a go command out of the package $name, to fetch Go $wanted with"
  chmod 755 "$scratch" # apt downloads as a user of its own
  (cd "$scratch" && apt-get download -q -o APT::Sandbox::User=root "$name")
  dpkg-deb --fsys-tarfile "$scratch/$name"_*.deb |
    tar -x -C "$scratch" --strip-components=4 --wildcards './usr/lib/go-*/bin/go' './usr/lib/go-*/go.env' './usr/lib/go-*/VERSION' 2>"$scratch/tar" || true
  bootstrap="$scratch/bin/go"
  [ -x "$bootstrap" ] || { echo "the package $name has no go command: $(cat "$scratch/tar")" >&2; exit 1; }
  export GOROOT="$scratch"
fi

echo "fetching: Go $wanted"
said=$(download "$bootstrap" "$arch") || { echo "Go $wanted could not be fetched: ${said:-see above}" >&2; exit 1; }
got=$(field Sum <<<"$said")
if [ "$got" != "$hash" ]; then
  echo "Go $wanted for $arch has the hash ${got:-(none)}; $pins expects $hash. It is not used." >&2
  exit 1
fi
dir=$(field Dir <<<"$said")
# The module cache drops the right to execute, and a module may hold no go.mod but its own, so that of the standard library
# has another name. A go command that fetches another Go by itself puts both right in the same way.
chmod -R u+w "$dir/bin" "$dir/pkg/tool" "$dir/src"
find "$dir/bin" "$dir/pkg/tool" -type f -exec chmod a+x {} +
find "$dir/lib" -name 'go_*_exec' -exec chmod a+x {} +
[ ! -e "$dir/src/_go.mod" ] || cp "$dir/src/_go.mod" "$dir/src/go.mod"

mkdir -p "$(dirname "$place")"
ln -sfn "$dir" "$place"
unset GOROOT
"$place/bin/go" version
echo "For your own shell: export PATH=\"$place/bin:\$PATH\""
