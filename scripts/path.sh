# shellcheck shell=sh
# Sourced by the scripts that call Go: adds the folders where Go may be although they are not in everybody's PATH.
# The first is where scripts/toolchain.sh puts it; it goes ahead of an older Go of the distribution. The Makefile does the same.
PATH="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/credence/go/bin:$PATH:/usr/local/go/bin"
# A Node for the tests, where scripts/test-tools.sh found the distribution's too old.
PATH="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/credence/node/node_modules/.bin:$PATH"
# Distributions set it to local, and then an older Go does not fetch the one that go.mod names.
GOTOOLCHAIN="${GOTOOLCHAIN:-auto}"
export PATH GOTOOLCHAIN
