#!/usr/bin/env bash
# Takes the pictures of every page anew, into docs/pages: a devnet with one liar, some work of every kind, and the check of the pages in
# chromium. Look at each picture before you commit it.
#
#   scripts/pictures.sh [FOLDER]
#
# It needs the binaries (make build), chromium and Node with web/check's packages (scripts/test-tools.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
pictures="${1:-docs/pages}"
. scripts/own-devnet.sh

examples/build.sh >/dev/null
start_devnet --saboteurs 1 --ready-timeout 5m

# answer NAME ARGS...: the id of a task that has its answer.
answer() { build/credence run --output id --out "$state/$1" "${@:2}"; }
printf 'EUR/USD 1.0842\n' >"$state/one"; printf 'EUR/USD 1.0840\n' >"$state/two"; printf 'EUR/USD 1.0845\n' >"$state/three"
printf 'It was the best of times, it was the worst of times.\n' >"$state/text"
hello=build/examples/hello.wasm
answer hello $hello --input "$state/text" --trust 99.99% >/dev/null
answer bag $hello --input "$state/text" --bag 12 --trust 99.9% >/dev/null
answer again $hello --input "$state/text" --bag 5 --trust 99% >/dev/null
judged=$(answer judged $hello --input "$state/text" --trust 99% --policy court)
rate=(build/examples/median.wasm --input "$state/one" --input "$state/two" --input "$state/three" --trust 99% --policy court)
answer rate "${rate[@]}" -- EUR/USD >/dev/null
build/credence feed create euro-rate --app studio/median --trust 99% --policy court >/dev/null
answer feed "${rate[@]}" --callback feeds/euro-rate --onchain value.txt -- EUR/USD >/dev/null
build/credence task receipt "$judged" --final --out "$state/receipt.json" >/dev/null
# Some work is under way while the pictures are taken.
build/credence run $hello --input "$state/text" --bag 4 --trust 99.9% --out "$state/open" >/dev/null 2>&1 || true

address() { node -p "JSON.parse(require('fs').readFileSync(process.env.CREDENCE_DEVNET)).$1"; }
TRUST=$(build/credence receipt trust --output id) RECEIPT="$state/receipt.json" node web/check/pages.mjs "$(address web)" "$(address rest)" "$pictures"
