#!/usr/bin/env bash
# A consortium on one machine: the files of it, by the commands that founders type. Four validators, the first behind a
# sentry, a full node, five workers, four court executors, a store. Two ways to run them have one topology:
#
#   localnet.sh files FOLDER PREFIX     the files, for machines PREFIX.2, PREFIX.3 and so on
#   localnet.sh procs FOLDER            files for 127.0.0.x, and everything as processes, until Ctrl-C
#   localnet.sh containers FOLDER       files for 172.28.0.x, and everything in the containers of compose.yaml; WATCH=no leaves
#                                       Prometheus and Grafana out, whose images come from a registry
#   localnet.sh stop FOLDER             removes these containers; the folder stays
#
#   .2 amber  .3 birch  .4 cedar  .5 delta   validators; their court executors beside them
#   .6 sentry of amber   .7 full node   .8 store   .11 to .15 workers: amber, birch, cedar, delta, birch again
set -euo pipefail
command="${1:?files, procs, containers or stop}" folder="${2:?a folder}" prefix="${3:-127.0.0}"
here="$(cd "$(dirname "$0")" && pwd)"
case "$command" in containers | stop) prefix=172.28.0 ;; esac
orgs=(amber birch cedar delta)
store="http://$prefix.8:5000/amber"

files() {
  if [ -e "$folder/genesis.json" ]; then return; fi
  mkdir -p "$folder"
  cd "$folder"
  credenced network init --chain-id localnet-1 --founder amber,birch,cedar,delta --voting-period 2m
  for i in 0 1 2 3; do
    org="${orgs[$i]}"
    extra=()
    if [ "$org" = birch ]; then
      extra=(--worker-key-file workers/5/key --worker-endpoint "http://$prefix.15:7100")
    fi
    credenced network apply --home "nodes/$org" --organisation "$org" --address "$prefix.$((i + 2)):26656" \
      --operator-key-file "operators/$org.key" --account-key-file "accounts/$org.key" --roles requester,provider --store "$store" \
      --worker-key-file "workers/$((i + 1))/key" --worker-endpoint "http://$prefix.$((i + 11)):7100" --worker-slots 2 "${extra[@]}"
  done
  mkdir -p courts/{amber,birch,cedar,delta}
  credenced network collect ./*.application.json
  hash="sha256:$(sha256sum genesis.json | cut -d' ' -f1)"
  join() { # role, folder, machine, and what else it is told
    credenced network join --role "$1" --home "nodes/$2" --genesis genesis.json --hash "$hash" --listen "$prefix.$3" --serve "$prefix.$3" \
      --private-network --block-time 1s --snapshot-interval 100 --keyring-backend test "${@:4}"
  }
  amber="$(grep "@$prefix.2:" peers.txt)"
  others="$(grep -v "@$prefix.2:" peers.txt | paste -sd, -)"
  join sentry sentry 6 --peers "$amber,$others" --protect "${amber%@*}" | tee sentry.txt
  sentry="$(sed -n 's/.*node id \([0-9a-f]*\).*/\1/p' sentry.txt)@$prefix.6:26656"
  join validator amber 2 --sentry "$sentry"
  for i in 1 2 3; do join validator "${orgs[$i]}" $((i + 2)) --peers "$sentry,$others"; done
  join full full 7 --peers "$sentry,$others"
  mkdir -p store
  credenced store account set amber --quota 10GiB --home store > store-secret.txt
  chmod 600 store-secret.txt
  cd - > /dev/null
}

procs() {
  files
  cd "$folder"
  mkdir -p logs
  trap 'trap - EXIT INT TERM; kill $(jobs -p) 2> /dev/null || true; wait' EXIT INT TERM
  for node in amber birch cedar delta sentry full; do
    credenced start --home "nodes/$node" --log_no_color > "logs/$node.log" 2>&1 &
  done
  credenced store serve --home store --listen "$prefix.8:5000" --metrics-listen "$prefix.8:9464" > logs/store.log 2>&1 &
  for i in 1 2 3 4 5; do
    credence-worker start --home "workers/$i" --key-file "workers/$i/key" --node "$prefix.7:9090" --node "$prefix.$((i % 4 + 2)):9090" \
      --listen "$prefix.$((i + 10)):7100" --slots 2 > "logs/worker-$i.log" 2>&1 &
  done
  for i in 0 1 2 3; do
    org="${orgs[$i]}"
    credence-worker start --role court --home "courts/$org" --key-file "nodes/$org/config/court.key" --node "$prefix.$((i + 2)):9090" \
      --listen "$prefix.$((i + 2)):7101" > "logs/court-$org.log" 2>&1 &
  done
  for i in 11 12 13 14 15; do
    until credence-worker health "http://$prefix.$i:7100/readyz" 2> /dev/null; do sleep 1; done
  done
  say_ready
  wait
}

say_ready() {
  echo "ready: RPC http://$prefix.7:26657, gRPC $prefix.7:9090, REST http://$prefix.7:1317, store $store (secret in $folder/store-secret.txt)"
  echo "Run something: credence run APP.wasm --trust 90% --node $prefix.7:9090 --key-file $folder/accounts/cedar.key --store $store --store-token amber:\$(cat $folder/store-secret.txt)"
}

# compose runs Compose 2, which is a plugin of docker, or docker-compose 1.29 where there is only that.
compose() {
  local program=(docker compose)
  if ! docker compose version > /dev/null 2>&1; then program=(docker-compose); fi
  LOCALNET="$(realpath "$folder")" LOCALNET_USER="$(id -u):$(id -g)" "${program[@]}" --project-name credence --file "$here/compose.yaml" "$@"
}

containers() {
  files
  local profile=(--profile watch)
  if [ "${WATCH:-}" = no ]; then profile=(); fi
  compose "${profile[@]}" up --detach
  local until=$((SECONDS + 300)) ill
  while ill="$(docker ps --all --filter label=com.docker.compose.project=credence --format '{{.Names}}: {{.Status}}' | grep -vE '\(healthy\)|(prometheus|grafana)[-_0-9]*: Up')"; do
    if [ "$SECONDS" -gt "$until" ]; then
      echo "not healthy after five minutes; docker logs NAME says why:" >&2
      echo "$ill" >&2
      exit 1
    fi
    sleep 2
  done
  say_ready
}

stop() { compose --profile watch down; }

"$command"
