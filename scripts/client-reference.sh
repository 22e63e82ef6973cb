#!/usr/bin/env bash
# Writes the references of the three clients, docs/reference/client-*.md, from the comments in their sources:
#   Go by "go doc", Python by scripts/python-reference.py, TypeScript from the declarations that its compiler writes.
# With --check it writes nothing, and fails where a reference is not current. TypeScript is left out, with a word, where its compiler
# is not installed (npm ci in clients/typescript).
set -euo pipefail
cd "$(dirname "$0")/.."
to=docs/reference
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

fenced() { # LANGUAGE: standard input as a block of code
  echo "\`\`\`$1"
  cat
  echo '```'
}

{
  printf '# Reference of the Go client\n\nWritten by `scripts/client-reference.sh` with `go doc`. [For integrators](../integrator.md#in-go) says how to begin.\n'
  for package in client client/stream receipt; do
    printf '\n## %s\n\n' "github.com/credence-chain/credence/$package"
    go doc -all "./$package" | fenced text
  done
} >"$made/client-go.md"

python3 scripts/python-reference.py >"$made/client-python.md"

tsc=clients/typescript/node_modules/.bin/tsc
if [ -x "$tsc" ]; then
  "$tsc" -p clients/typescript --emitDeclarationOnly --outDir "$made/ts" >&2
  {
    printf '# Reference of the TypeScript client\n\nWritten by `scripts/client-reference.sh` from the declarations that the compiler writes. [Its page](../../clients/typescript/README.md) says how to begin.\n'
    for file in client market workflow result errors; do
      printf '\n## @credence-chain/client: %s\n\n' "$file"
      grep -vE '^(import |export \{\};|//# )|^    (private|protected) ' "$made/ts/src/$file.d.ts" | fenced ts
    done
    printf '\n## @credence-chain/client/receipt\n\n'
    fenced ts <clients/typescript/receipt.d.mts
  } >"$made/client-typescript.md"
else
  echo "client-reference: the compiler of TypeScript is not installed: its reference is left as it is" >&2
fi
rm -rf "$made/ts"

if [ "${1:-}" != --check ]; then
  cp "$made"/client-*.md "$to/"
  exit 0
fi
for file in "$made"/client-*.md; do
  diff -u "$to/$(basename "$file")" "$file" || { echo "$to/$(basename "$file") is not current: run scripts/client-reference.sh" >&2; exit 1; }
done
