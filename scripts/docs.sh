#!/usr/bin/env bash
# Checks documentation against itself and the repository:
#   - README.md quotes the claim of docs/protocol.md, section 3, word for word;
#   - every relative link leads to a file, and every anchor within a file to a heading;
#   - the commands that README.md calls the project's own are targets of the Makefile.
# What documents say about the code is checked by tests beside the code (outcome table, fuel schedule, metrics).
set -euo pipefail
cd "$(dirname "$0")/.."
bad=0
complain() { echo "$*" >&2; bad=1; }

claim() { sed -n '/<!-- claim -->/,/<!-- \/claim -->/p' "$1"; }
[ -n "$(claim docs/protocol.md)" ] || complain "docs/protocol.md: no claim between its markers"
[ "$(claim README.md)" = "$(claim docs/protocol.md)" ] || complain "README.md: the claim differs from docs/protocol.md, section 3"

# The anchor of a heading, as GitHub makes it.
anchors() { sed -nE '/^#+ /p' "$1" | sed -E 's/^#+ //; s/[^[:alnum:] _-]//g; s/ /-/g' | tr '[:upper:]' '[:lower:]'; }

while IFS= read -r doc; do
  [ -f "$doc" ] || continue
  # Links of the form [text](target), outside of code blocks.
  while IFS= read -r target; do
    case "$target" in http://* | https://* | mailto:*) continue ;; esac
    file="${target%%#*}" anchor=
    case "$target" in *#*) anchor="${target#*#}" ;; esac
    path="$doc"
    [ -z "$file" ] || path="$(dirname "$doc")/$file"
    [ -e "$path" ] || { complain "$doc: link to $target: no such file"; continue; }
    if [ -n "$anchor" ] && [ -f "$path" ]; then
      anchors "$path" | grep -qxF -- "$anchor" || complain "$doc: link to $target: no such heading"
    fi
  done < <(awk '/^ *```/ { code = !code; next } !code' "$doc" | sed 's/`[^`]*`//g' | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//')
done < <(git ls-files -co --exclude-standard '*.md')

while IFS= read -r target; do
  grep -qE "^$target:" Makefile || complain "README.md: make $target: no such target"
done < <(grep -oE '\bmake [a-z][a-z-]*' README.md | sed 's/^make //' | sort -u)

[ "$bad" = 0 ] && echo "documentation is consistent"
exit "$bad"
