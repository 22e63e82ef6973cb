#!/usr/bin/env bash
# Builds the command credence twice, in two folders, for amd64 and arm64, compares the bytes and bounds their number, and runs the one for
# arm64 under qemu.
# Compiled packages are shared between the two builds unless CACHE=none; linking is not. Needs Debian's qemu-user.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
. scripts/packages.sh
command -v qemu-aarch64 >/dev/null || install_packages qemu-user
most=44.7 # MB: a third of what the node had that requesters used before there was credence
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export VERSION=v0.0.0-test COMMIT=0000000000000000000000000000000000000000

mkdir "$work/elsewhere"
git ls-files -z | tar --null --files-from=- -c | tar -x -C "$work/elsewhere"
for arch in ${ARCHES:-amd64 arm64}; do
  scripts/static.sh "$work/here-$arch" "$arch" credence
  (
    [ "${CACHE:-}" != none ] || export GOCACHE="$work/cache"
    "$work/elsewhere/scripts/static.sh" "$work/there-$arch" "$arch" credence
  )
  cmp "$work/here-$arch/credence" "$work/there-$arch/credence"
  size=$(stat -c %s "$work/here-$arch/credence")
  echo "$arch: the same bytes from two folders, $size of them"
  if awk "BEGIN{exit !($size > $most * 1000000)}"; then
    echo "$arch: credence has $size bytes, expected at most $most MB; docs/releases.md says how to find what has grown" >&2
    exit 1
  fi
  if strings "$work/here-$arch/credence" | grep -qF "$PWD"; then
    echo "$arch: the binary names this folder, $PWD" >&2
    exit 1
  fi
done

case " ${ARCHES:-amd64 arm64} " in *" arm64 "*) ;; *) exit 0 ;; esac
arm() { qemu-aarch64 "$work/here-arm64/credence" "$@"; }
said=$(HOME="$work" arm version 2>&1)
[ "$said" = "$VERSION" ] || { echo "credence version under arm64: got '$said', expected '$VERSION'" >&2; exit 1; }
echo "arm64: credence version says $said"
