# shellcheck shell=bash
# Sourced by scripts that install packages of the distribution.

# The function install_packages installs packages with apt, as root or with sudo. If it cannot, it says what to install and
# fails.
install_packages() {
  local sudo=
  if ! command -v apt-get >/dev/null; then
    echo "missing: $*. This machine has no apt-get: install them by its own package manager, and try again." >&2
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "missing: $*. You are not root, and there is no sudo. Have somebody run: apt-get install $*" >&2
      return 1
    fi
    sudo=sudo
  fi
  echo "installing: $*"
  $sudo apt-get update -q
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}
