# shellcheck shell=sh
# Sourced by the scripts that call Go. Adds folders to PATH in which Go may be and which are not in everybody's PATH.
# scripts/toolchain.sh puts Go into the first of them, which comes before an older Go of the distribution. The Makefile does the
# same.
PATH="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/credence/go/bin:$PATH:/usr/local/go/bin"
# If the distribution's Node is too old for the tests, scripts/test-tools.sh has put another one here.
PATH="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/credence/node/node_modules/.bin:$PATH"
# Some distributions set GOTOOLCHAIN to local. Then an older Go would not fetch the version that go.mod names.
GOTOOLCHAIN="${GOTOOLCHAIN:-auto}"
export PATH GOTOOLCHAIN
