#!/usr/bin/env bash
# Tries the README's commands as a newcomer would: in a Debian with the packages of its base system, this checkout, and nothing
# else.
#
#   scripts/test-bare.sh [short|demo|full] [SUITE...]
#
#   short   the first screen of README.md: the build, a devnet, and the programs that README.md runs on it; then the tests of one
#           package (scripts/test.sh), and the versions that the binaries print (the default; some minutes for each suite)
#   demo    short, then scripts/demo.sh
#   full    scripts/test.sh with all tests, then scripts/demo.sh (most of an hour for each suite)
#
# Suites are Debian's names; bookworm (12) and trixie (13) when none is given. In the first one, a user who has sudo runs
# the commands, in the others root does. What is tried is the last commit, without git's folder.
#
# Needs root, debootstrap and git. Package mirrors, module proxies and certificates are those of this machine: the proxy
# variables, apt's configuration of them, DEBIAN_MIRROR, what "go env" says, and SSL_CERT_FILE. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
. scripts/packages.sh

mode=short
case "${1:-}" in short | demo | full) mode="$1"; shift ;; esac
suites=("$@")
[ "${#suites[@]}" -gt 0 ] || suites=(bookworm trixie)

[ "$(id -u)" = 0 ] || { echo "this makes a Debian in a folder, for which it has to be root" >&2; exit 1; }
missing=()
command -v debootstrap >/dev/null || missing+=(debootstrap)
command -v git >/dev/null || missing+=(git)
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
[ -z "$(git status --porcelain)" ] || echo "note: what is tried is the last commit; this checkout has changes since" >&2

work=$(mktemp -d "${TMPDIR:-/tmp}/credence-bare.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

# inside SUITE USER COMMAND runs a shell command as a user in the suite's folder, as on a machine of its own: the folder is the
# root, processes and mounts are gone when it returns. It is no chroot, in which the kernel forbids what a sandbox needs.
inside() {
  local root="$work/$1" user="$2" home=/root
  [ "$user" = root ] || home="/home/$user"
  # shellcheck disable=SC2016 # the inner shell expands it
  env -i "${settings[@]}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" USER="$user" LANG=C.UTF-8 \
    unshare --mount --pid --fork --kill-child --propagation private bash -euc '
      root="$1" user="$2" command="$3"
      mount --bind "$root" "$root"
      mount -t proc proc "$root/proc"
      mount --rbind /dev "$root/dev"
      mount -t sysfs -o ro sysfs "$root/sys"
      cd "$root"
      mkdir -p .outside
      pivot_root . .outside
      cd /src/credence
      umount -l /.outside
      exec setpriv --reuid "$user" --regid "$user" --init-groups bash -c "$command"
    ' inside "$root" "$user" "$3" </dev/null
}

# What this machine needs to reach registries.
settings=()
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  [ -z "${!name:-}" ] || settings+=("$name=${!name}")
done
for name in GOPROXY GOSUMDB GONOSUMDB GONOPROXY GOPRIVATE GOINSECURE; do
  value="${!name:-}"
  [ -n "$value" ] || value=$(cd / && go env "$name" 2>/dev/null) || value=
  [ -z "$value" ] || settings+=("$name=$value")
done
[ -z "${SSL_CERT_FILE:-}" ] || settings+=("SSL_CERT_FILE=/etc/credence-test-authorities.crt" "CURL_CA_BUNDLE=/etc/credence-test-authorities.crt")

step=
trap 'status=$?; rm -rf --one-file-system "$work"; [ "$status" = 0 ] || echo "FAILED: $step" >&2' EXIT
begin() { step="$1"; printf '\n##### %s\n' "$step"; }

# The commands of README.md that run on the devnet of its first screen, and that devnet, begun and stopped as a newcomer does.
# shellcheck disable=SC2016 # the inner shell expands it
first_screen='
  scripts/build.sh
  build/credenced devnet >devnet.log 2>&1 &
  devnet=$!
  for _ in $(seq 180); do grep -q "^Ctrl-C stops" devnet.log && break; sleep 1; done
  grep -q "^Ctrl-C stops" devnet.log || { cat devnet.log >&2; exit 1; }
  . <(awk "/^<!-- run -->/ { run = 1; next } run && /^\`\`\`sh/ { block = 1; next } /^\`\`\`/ { run = block = 0 } block" README.md)
  [ -s result/report.txt ] && [ -s answer/sum.txt ]
  kill -INT "$devnet"
  wait "$devnet"
'

user=newcomer
for suite in "${suites[@]}"; do
  root="$work/$suite"
  begin "$suite: a bare Debian"
  # shellcheck disable=SC2086 # no mirror is no argument
  debootstrap --variant=minbase "$suite" "$root" ${DEBIAN_MIRROR:-} >"$work/debootstrap.log" 2>&1 || { tail -20 "$work/debootstrap.log" >&2; exit 1; }
  apt-config dump | grep -E '^Acquire::(https?|ftp|Check-|Retries|ForceIPv4)' >"$root/etc/apt/apt.conf.d/00machine" || true
  [ -z "${SSL_CERT_FILE:-}" ] || cp "$SSL_CERT_FILE" "$root/etc/credence-test-authorities.crt"
  echo '127.0.0.1 localhost' >"$root/etc/hosts" # as Debian's installer writes it
  mkdir -p "$root/src/credence"
  git archive HEAD | tar -x -C "$root/src/credence"

  if [ "$user" != root ]; then
    chroot "$root" useradd --create-home --shell /bin/bash "$user"
    chown -R --reference="$root/home/$user" "$root/src"
    begin "$suite: who may install nothing is told what is missing"
    # Nothing but the C library's programs and dpkg is there yet: no make, no compiler, no curl, no Go, no sudo.
    if said=$(inside "$suite" "$user" scripts/demo.sh 2>&1); then
      echo "scripts/demo.sh succeeded without the right to install anything: $said" >&2
      exit 1
    fi
    [[ "$said" == *'apt-get install make gcc libc6-dev curl ca-certificates'* ]] || { echo "it said: $said" >&2; exit 1; }
    inside "$suite" root 'apt-get update -q && apt-get install -q -y --no-install-recommends sudo' >"$work/sudo.log" 2>&1 || { tail "$work/sudo.log" >&2; exit 1; }
    echo "$user ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/$user"
    # A registry's settings are the user's own; sudo drops them but for those named here.
    echo 'Defaults env_keep += "http_proxy https_proxy no_proxy"' >>"$root/etc/sudoers.d/$user"
  fi

  begin "$suite: the first screen of README.md, as $user"
  inside "$suite" "$user" "$first_screen"
  if [ "$mode" = full ]; then
    begin "$suite: scripts/test.sh, as $user"
    inside "$suite" "$user" scripts/test.sh
  else
    begin "$suite: scripts/test.sh with one package, as $user"
    inside "$suite" "$user" 'PACKAGES=./poco/credibility scripts/test.sh'
  fi
  begin "$suite: the versions"
  inside "$suite" "$user" 'build/credenced version && build/credence-worker version'
  if [ "$mode" != short ]; then
    begin "$suite: scripts/demo.sh, as $user"
    inside "$suite" "$user" scripts/demo.sh
  fi
  begin "$suite: the folder"
  # Modules in the cache are write-protected, which does not keep root from removing them.
  rm -rf --one-file-system "$root"
  user=root
done
printf '\nthe commands of the README pass in a bare %s\n' "${suites[*]}"
