#!/usr/bin/env bash
# Checks documentation against itself and the repository:
#   - README.md quotes the claim of docs/protocol.md, section 3, word for word;
#   - every relative link leads to a file, and every anchor within a file to a heading;
#   - the commands that README.md calls the project's own are targets of the Makefile, or scripts;
#   - docs/iexec-parity.md has a line for each of iExec's features 1 to 113 and weaknesses W1 to W27, in order, with a state,
#     and with a test or a reason; what is superseded links to what does its work; tests and scenarios that it names exist;
#   - docs/security.md has a row for each attack, in order, with a state, and with a test or a reason; its counts are right, and the
#     tests and scenarios that it names exist;
#   - tests and files that any document names exist, and so do errors that the README of a module names;
#   - the README of a module names each of its parameters;
#   - the references of the clients are current (scripts/client-reference.sh).
# What documents say about the code is checked by tests beside the code (outcome table, fuel schedule, metrics).
set -euo pipefail
cd "$(dirname "$0")/.."
bad=0
complain() { echo "$*" >&2; bad=1; }

# tests_exist complains of tests and scenarios that the tables of a document name and that do not exist. A test is named after its
# package, in code quotes; several may follow one package.
tests_exist() {
  while IFS=' ' read -r package name; do
    if [ ! -d "$package" ]; then
      complain "$1: $package: no such package"
    elif ! grep -qE "^func $name\(" "$package"/*_test.go; then
      complain "$1: $package has no test $name"
    fi
  done < <(grep -E '^\|' "$1" | grep -oE '`[a-z0-9/]+`|\bTest[A-Za-z0-9_]+' | awk '/^`/ { gsub("`", ""); if ($0 ~ /\// || $0 ~ /^(app|artifact|client|poco|receipt|result|web)$/) package = $0; next } { print package, $0 }')
  while IFS= read -r scenario; do
    [ -f "test/scenario/testdata/$scenario" ] || complain "$1: $scenario: no such scenario"
  done < <(grep -oE '\b[a-z0-9_]+\.txt\b' "$1" | sort -u)
}

# named complains of names that documents use and that nothing in the repository has: tests anywhere, files in code quotes, and errors
# in the README of a module. CHANGELOG.md is about what once was.
named() {
  local documents known name file
  documents=$(git ls-files -co --exclude-standard '*.md' ':!CHANGELOG.md')
  known=$(git ls-files -co --exclude-standard '*_test.go' | xargs grep -hoE '^func (Test|Benchmark|Fuzz)[A-Za-z0-9_]+' | cut -d' ' -f2 | sort -u)
  while IFS= read -r name; do
    complain "$(xargs grep -lw "$name" <<<"$documents" | tr '\n' ' '): no test is called $name"
  done < <(xargs grep -hoE '\b(Test|Benchmark|Fuzz)[A-Z][A-Za-z0-9_]+' <<<"$documents" | sort -u | comm -23 - <(echo "$known"))
  while IFS=: read -r file name; do
    name="${name//\`/}"
    [ -e "$name" ] || [ -e "$(dirname "$file")/$name" ] || [[ "$name" == *NAME* ]] || complain "$file: $name: no such file"
  done < <(xargs grep -oE '`(app|artifact|client|clients|cmd|docker|docs|evidence|examples|executor|internal|lab|poco|proto|receipt|result|scripts|test|testutil|tools|web|x)/[A-Za-z0-9_./-]+`' /dev/null <<<"$documents" | sort -u)
  known=$(cat x/*/types/errors.go)
  while IFS=: read -r file name; do
    grep -qw "$name" <<<"$known" || complain "$file: no module has the error $name"
  done < <(grep -oE '\bErr[A-Z][A-Za-z]+' x/*/README.md | sort -u)
}

# parameters complains of fields of a module's Params that its README does not name.
parameters() {
  local file module name
  for file in $(grep -l '^message Params ' proto/credence/*/v1/*.proto); do
    module="${file#proto/credence/}" && module="${module%%/*}"
    for name in $(sed -nE '/^message Params /,/^}/s/^ +[^/ ].* ([a-z0-9_]+) = [0-9]+.*/\1/p' "$file"); do
      grep -qw "$name" "x/$module/README.md" || complain "x/$module/README.md does not name the parameter $name"
    done
  done
}

claim() { sed -n '/<!-- claim -->/,/<!-- \/claim -->/p' "$1"; }
[ -n "$(claim docs/protocol.md)" ] || complain "docs/protocol.md: no claim between its markers"
[ "$(claim README.md)" = "$(claim docs/protocol.md)" ] || complain "README.md: the claim differs from docs/protocol.md, section 3"

# The anchor of a heading, as GitHub makes it.
anchors() { sed -nE '/^#+ /p' "$1" | sed -E 's/^#+ //; s/[^[:alnum:] _-]//g; s/ /-/g' | tr '[:upper:]' '[:lower:]'; }

declare -A headings # of the files that links lead to, each between line ends
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
      [ -n "${headings[$path]+read}" ] || headings[$path]=$'\n'$(anchors "$path")$'\n'
      [[ "${headings[$path]}" == *$'\n'"$anchor"$'\n'* ]] || complain "$doc: link to $target: no such heading"
    fi
  done < <(awk '/^ *```/ { code = !code; next } !code' "$doc" | sed 's/`[^`]*`//g' | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//')
done < <(git ls-files -co --exclude-standard '*.md')

while IFS= read -r target; do
  grep -qE "^$target:" Makefile || complain "README.md: make $target: no such target"
done < <(grep -oE '\bmake [a-z][a-z-]*' README.md | sed 's/^make //' | sort -u)

while IFS= read -r script; do
  [ -x "$script" ] || complain "README.md: $script: no such script, or it is not executable"
done < <(grep -oE '\bscripts/[a-z-]+\.sh' README.md | sort -u)

parity=docs/iexec-parity.md
rows=$(grep -E '^\| [0-9]+ \|' "$parity")
[ "$(cut -d' ' -f2 <<<"$rows" | tr '\n' ' ')" = "$(seq -s' ' 1 113) " ] || complain "$parity: expected the lines 1 to 113, each once, in order"
[ "$(grep -oE '^\| W[0-9]+ ' "$parity" | tr -d '|\n')" = "$(seq -f' W%g ' 1 27 | tr -d '\n')" ] || complain "$parity: expected the lines W1 to W27, each once, in order"
while IFS='|' read -r _ row _ state shown note _; do
  row="${row// /}"
  case "$state" in
    ' works ' | ' better ' | ' in part ') [[ "$shown" == *Test* || "$shown" == *.txt* ]] || complain "$parity: line $row: expected a test or a scenario" ;;
    ' superseded ') [[ "$note" == *']('* ]] || complain "$parity: line $row: expected a link to what does its work" ;;
    ' not built ') [[ "$note" == *[a-z]* ]] || complain "$parity: line $row: expected a reason" ;;
    *) complain "$parity: line $row: state$state: expected works, better, in part, superseded or not built" ;;
  esac
done <<<"$rows"
tests_exist "$parity"

# docs/security.md: states, as its own table of them says what they mean.
security=docs/security.md
rows=$(grep -E '^\| [ARWF][0-9]+ \|' "$security")
expected="$(seq -f'A%g' -s' ' 1 44) $(seq -f'R%g' -s' ' 1 11) $(seq -f'W%g' -s' ' 1 3) $(seq -f'F%g' -s' ' 1 10) "
[ "$(cut -d' ' -f2 <<<"$rows" | tr '\n' ' ')" = "$expected" ] || complain "$security: expected the rows A1 to A44, R1 to R11, W1 to W3, F1 to F10, each once, in order"
declare -A count=([performed]=0 ['in part']=0 ['not performed']=0 [open]=0 ['no test']=0)
while IFS='|' read -r _ row _ _ shown state note _; do
  row="${row// /}" state="${state# }" state="${state% }"
  [ -n "$state" ] && [ -n "${count[$state]+known}" ] || { complain "$security: row $row: state: got '$state', expected performed, in part, not performed, open or no test"; continue; }
  count[$state]=$((count[$state] + 1))
  case "$state" in performed | 'in part') [[ "$shown" == *Test* || "$shown" == *.txt* ]] || complain "$security: row $row: $state: expected a test or a scenario" ;; esac
  case "$state" in 'no test' | 'not performed') [[ "$shown" != *Test* && "$shown" != *.txt* ]] || complain "$security: row $row: $state: expected no test" ;; esac
  [ "$state" = performed ] || [[ "$note" == *[a-z]* ]] || complain "$security: row $row: $state: expected what is missing, or why"
done <<<"$rows"
sum="Of $(wc -l <<<"$rows") rows, ${count[performed]} are performed, ${count['in part']} in part, ${count['not performed']} not performed, ${count[open]} open, and ${count['no test']} can have no test."
[ "$(sed -n '/<!-- counts -->/,/<!-- \/counts -->/{//!p}' "$security")" = "$sum" ] || complain "$security: counts: expected: $sum"
tests_exist "$security"
named
parameters
scripts/client-reference.sh --check || bad=1
! grep -n TODO docs/*.md README.md RATIONALE.md CHANGELOG.md || complain "documentation: something is still to be written"

[ "$bad" = 0 ] && echo "documentation is consistent"
exit "$bad"
