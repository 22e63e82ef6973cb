#!/usr/bin/env bash
# Builds the measured image of a worker twice, in two folders, and compares every byte. Compiled packages are shared between the two unless
# CACHE=none; linking and packing are not. Where qemu-system-x86_64 and a kernel (KERNEL=FILE, MODULES="FILE FILE...") are given, it also starts the
# image in a virtual machine without an enclave, and waits until the worker says that this machine offers no quotes.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
work=$(mktemp -d)
machine=
trap '[ -z "$machine" ] || kill "$machine" 2>/dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
export VERSION=v0.0.0-test COMMIT=0000000000000000000000000000000000000000
modules=()
for module in ${MODULES:-}; do modules+=(--module "$(realpath "$module")"); done

mkdir "$work/elsewhere"
git ls-files -z | tar --null --files-from=- -c | tar -x -C "$work/elsewhere"
scripts/enclave-image.sh "$work/here" tdx "${modules[@]}"
(
  [ "${CACHE:-}" != none ] || export GOCACHE="$work/cache"
  "$work/elsewhere/scripts/enclave-image.sh" "$work/there" tdx "${modules[@]}" >/dev/null
)
diff -r "$work/here" "$work/there"
echo "the same bytes from two folders: $(find "$work/here" -type f | wc -l) files"

[ -n "${KERNEL:-}" ] || exit 0
mkdir "$work/handed"
printf 'node = 10.0.2.2:9\naddress = 10.0.2.15/24\ngateway = 10.0.2.2\n' >"$work/handed/settings"
printf '%064d' 1 >"$work/handed/key"
tar -C "$work/handed" --format=ustar -cf "$work/handed.tar" settings key
truncate --size=1M "$work/handed.tar"
qemu-system-x86_64 -nographic -no-reboot -m "${MEMORY:-1G}" -cpu max -kernel "$KERNEL" -initrd "$work/here/initramfs.cpio" -append "$(cat "$work/here/command-line.txt")" \
  -drive "file=$work/handed.tar,format=raw,if=virtio,readonly=on" -nic user,model=virtio-net-pci,restrict=on </dev/null >"$work/console" 2>&1 &
machine=$!
until grep -q 'msg=serving' "$work/console"; do
  if ! kill -0 "$machine" 2>/dev/null; then
    tail -20 "$work/console" >&2
    exit 1
  fi
  sleep 1
done
grep -a 'msg=' "$work/console" | head -3
echo "the image starts in a virtual machine, and its worker serves"
