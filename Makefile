# Credence: developer targets. `make help` lists them.

GO      ?= go
# Where Go may be although it is not in everybody's PATH, as in scripts/path.sh.
export PATH := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/credence/go/bin:$(PATH):/usr/local/go/bin
# Distributions set it to local, and then an older Go does not fetch the one that go.mod names.
GOTOOLCHAIN ?= auto
export GOTOOLCHAIN
BUILD   := build
TOOL    := $(GO) tool -modfile=tools/go.mod
VERSION ?= $(shell git describe --tags --always 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
SDKVER  := github.com/cosmos/cosmos-sdk/version
LDFLAGS := -s -w -X $(SDKVER).Name=credence -X $(SDKVER).AppName=credenced \
           -X $(SDKVER).Version=$(VERSION) -X $(SDKVER).Commit=$(COMMIT) -X main.builtFrom=$(COMMIT) \
           -X github.com/credence-chain/credence/executor/runtime/wasm.build=$(shell scripts/build-name.sh)
BINS    := credence credenced credence-worker credence-sandbox credence-lab credence-load
TIMEOUT ?= 30m

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "  %-14s %s\n", $$1, $$2}'

.PHONY: build
# Without -trimpath, so that the tests that follow use the same compiled packages; `make install` trims.
build: ## Build the binaries into ./build
	@scripts/prerequisites.sh
	@mkdir -p $(BUILD)
	$(GO) build -ldflags '$(LDFLAGS)' -o $(BUILD)/ $(addprefix ./cmd/,$(BINS))

.PHONY: install
install: ## Install the binaries into GOBIN
	$(GO) install -trimpath -ldflags '$(LDFLAGS)' $(addprefix ./cmd/,$(BINS))

.PHONY: demo
demo: ## Run the demonstration: a devnet, a saboteur, a verified image
	scripts/demo.sh

.PHONY: demo-oci
demo-oci: ## Run the demonstration with containers, by runc (as root; ENGINE=docker for a Docker Engine)
	scripts/demo-oci.sh $(ENGINE)

.PHONY: test
test: ## Run all tests, networks of real processes last
	TIMEOUT=$(TIMEOUT) scripts/test.sh

.PHONY: test-race
test-race: ## Run all tests with the race detector (slow)
	TIMEOUT=60m scripts/test.sh -race

.PHONY: test-bare
test-bare: ## Try the commands of the README in a bare Debian 12 and 13 (as root; ARGS=demo or ARGS=full for more)
	scripts/test-bare.sh $(ARGS)

.PHONY: test-arm64
test-arm64: ## Compare fuel, answers and verdicts on evidence with an arm64 machine's (needs qemu-aarch64)
	scripts/arm64-goldens.sh

.PHONY: test-evidence
test-evidence: ## Run the vectors of evidence without assembly, for 32 bits and for arm64 (needs qemu-aarch64)
	scripts/test-evidence.sh --all

.PHONY: soak
soak: ## Simulate many long lives of the market, checking every book after every block
	$(GO) test -timeout 4h ./test/scenario -run TestSimulation -v -args -soak.lives=50 -soak.blocks=400

.PHONY: worker-soak
worker-soak: build ## Give workers of 64 slots 64 tasks at once, of real processes (two minutes)
	CREDENCE_BIN=$(CURDIR)/$(BUILD) $(GO) test -timeout 20m ./test/acceptance -run 'TestManyTasksAtOnce$$' -count=1 -v -args -soak.slots=64 \
	  -soak.commit=$$(git rev-parse --short HEAD) -soak.out=$(CURDIR)/test/acceptance/results/many.md

.PHONY: long-run
long-run: build ## Run ten thousand small tasks on three workers and a node of real processes, and see that nothing grows (TASKS=; half an hour)
	CREDENCE_BIN=$(CURDIR)/$(BUILD) $(GO) test -timeout 4h ./test/acceptance -run 'TestNothingGrows$$' -count=1 -v -args -soak.slots=64 -soak.tasks=$(TASKS) -soak.rounds=20 \
	  -soak.commit=$$(git rev-parse --short HEAD) -soak.out=$(CURDIR)/test/acceptance/results/long-run.md
TASKS ?= 10000

.PHONY: hostile
HOSTILE ?= 10000
SEED ?= 1
hostile: ## Give 10,000 malformed and hostile transactions to two instances (HOSTILE=, SEED=)
	$(GO) test -timeout 1h ./app -run 'TestHostile' -count=1 -v -args -hostile.count=$(HOSTILE) -hostile.seed=$(SEED) -hostile.table

.PHONY: fuzz
fuzz: ## Fuzz every decoder and message for a while each, one after the other (FUZZTIME=5s; PACKAGES=, KEEP=)
	scripts/fuzz.sh

.PHONY: life
life: build ## Play a consortium's life on real processes, each member in a network namespace (as root, 10 minutes)
	CREDENCE_BIN=$(CURDIR)/$(BUILD) $(GO) test -timeout 45m ./test/consortium -count=1 -v -args -life.whole \
	  -life.commit=$$(git rev-parse --short HEAD) -life.out=$(CURDIR)/test/consortium/results/life.md

.PHONY: chaos
ROUNDS ?= 1
chaos: build ## Let twenty-two kinds of faults come over a network of real processes (as root; SEED=, ROUNDS=)
	CREDENCE_BIN=$(CURDIR)/$(BUILD) $(GO) test -timeout 4h ./test/acceptance -run 'TestChaos$$' -count=1 -v -args -chaos.seed=$(SEED) -chaos.rounds=$(ROUNDS) \
	  -chaos.commit=$$(git rev-parse --short HEAD) -chaos.out=$(CURDIR)/test/acceptance/results/chaos-$(SEED).md

.PHONY: chaos-pairs
chaos-pairs: build ## Let faults come two at a time, each fault of a validator with another one (as root; SEED=)
	CREDENCE_BIN=$(CURDIR)/$(BUILD) $(GO) test -timeout 2h ./test/acceptance -run 'TestChaos$$' -count=1 -v -args -chaos.seed=$(SEED) -chaos.pairs=1 \
	  -chaos.commit=$$(git rev-parse --short HEAD) -chaos.out=$(CURDIR)/test/acceptance/results/chaos-pairs-$(SEED).md

.PHONY: lab
SIZE ?= full
lab: ## Measure the promise and the published schemes anew (SIZE=smoke, bounded, full; full takes up to two hours)
	$(GO) build -ldflags '$(LDFLAGS)' -o $(BUILD)/ ./cmd/credence-lab
	$(BUILD)/credence-lab measure --size $(SIZE) --seed 1 --out lab/results --doc docs/trust.md

.PHONY: adversaries
SEEDS ?= 1
adversaries: ## Play informed and patient coalitions over 100,000 tasks each against the protocol's ledgers
	$(GO) test -timeout 4h ./lab/sim -run 'TestAdversaries$$' -v -args -adversaries.tasks=100000 -adversaries.seeds=$(SEEDS) -adversaries.out=$(CURDIR)/lab/results/adversaries.txt -adversaries.commit=$$(git rev-parse --short HEAD)

.PHONY: proposers
PROPOSERS_TARGETS ?= 600
proposers: ## Measure what proposers gain who withhold blocks whose seed they dislike
	$(GO) test -timeout 1h ./test/proposers -run 'TestProposersGain$$' -v -args -proposers.targets=$(PROPOSERS_TARGETS) -proposers.out=$(CURDIR)/test/proposers/results/gain.txt -proposers.commit=$$(git rev-parse --short HEAD)

.PHONY: pools
POOLS_BLOCKS ?= 300
pools: ## Count refused draws in pools of 10, 30 and 200 workers under load
	$(GO) test -timeout 8h ./test/pools -run 'TestRefusedDraws$$' -v -args -pools.blocks=$(POOLS_BLOCKS) -pools.out=$(CURDIR)/test/pools/results/refused.txt -pools.commit=$$(git rev-parse --short HEAD)

.PHONY: bench
bench: ## Measure the protocol, the WebAssembly pass and blocks, with bank sends as a yardstick
	scripts/bench.sh

.PHONY: bench-check
bench-check: ## Fail when a send, a request, a task or an idle block costs a tenth more reads, writes or allocations than test/bench/testdata says
	$(GO) test ./test/bench -count=1 -run 'TestCounts|TestIdleBlockIsFlat' -v

.PHONY: large
OPEN ?= 1000000
WORKERS ?= 100000
large: ## Measure idle blocks, export, import and matching on large states (OPEN=1000000 tasks, WORKERS=100000; an hour and more)
	$(GO) test -timeout 6h ./test/bench -run '^$$' -bench 'IdleBlock|Genesis|Workers' -benchtime 3x -args -bench.open=$(OPEN) -bench.workers=$(WORKERS)
	$(GO) test -timeout 1h ./x/market/keeper -run '^$$' -bench MatchRatio -benchtime 4x

.PHONY: lint
lint: ## Check formatting, Go, determinism of state code, proto, generated code, documentation
	scripts/lint.sh

.PHONY: fmt
fmt: ## Format Go and proto
	gofmt -s -w $$(git ls-files -co --exclude-standard '*.go' | grep -v '\.pb\.\(gw\.\)\?go$$')
	$(TOOL) buf format -w proto

.PHONY: proto
proto: ## Generate Go from proto/
	scripts/proto.sh generate

.PHONY: proto-check
proto-check: ## Fail when generated code is stale
	scripts/proto.sh check

.PHONY: proto-breaking
proto-breaking: ## Fail when proto/ breaks what was released (proto/released.binpb)
	scripts/proto.sh breaking

.PHONY: released
released: ## With a release: renew what the messages and the state of later versions are compared with
	scripts/proto.sh released

.PHONY: docs
docs: ## Check that the documentation's generated parts are fresh
	scripts/docs.sh

.PHONY: reference
reference: ## Write docs/reference anew: what --help says of every command, and what the clients' sources say
	$(GO) test ./cmd/credence ./cmd/credenced/cmd ./cmd/credence-worker ./cmd/credence-lab -run 'TestReference$$' -count=1 -args -rewrite
	scripts/client-reference.sh

.PHONY: pictures
pictures: build ## Take the pictures of the node's pages anew, into docs/pages (needs chromium and Node)
	scripts/pictures.sh

.PHONY: site
site: ## Make a web site of the documentation in build/site
	$(GO) run -C tools ./site -repo "$(CURDIR)" -out "$(CURDIR)/$(BUILD)/site"

.PHONY: release
release: ## Make the files of a release in build/release: binaries, sums, SBOM (docs/releases.md)
	scripts/release.sh

.PHONY: test-release
test-release: ## Build the command credence twice for two architectures, compare, run arm64's (needs qemu-user)
	scripts/test-release.sh

.PHONY: images
images: ## Build static binaries and container images of node, worker and store (needs Docker; ARGS=--binaries without)
	docker/images.sh $(ARGS)

.PHONY: enclave-image
PLATFORM ?= tdx
enclave-image: ## Make the measured image of a worker in an enclave in build/enclave (PLATFORM=tdx or sev-snp; ARGS="--module FILE")
	scripts/enclave-image.sh $(BUILD)/enclave $(PLATFORM) $(ARGS)

.PHONY: test-enclave-image
test-enclave-image: ## Build that image twice, compare, and start it in a virtual machine (KERNEL=, MODULES=; without them only compare)
	scripts/test-enclave-image.sh

.PHONY: localnet-procs
LOCALNET ?= $(BUILD)/localnet-procs
localnet-procs: build ## Run a consortium on 127.0.0.2 and up, as processes, until Ctrl-C
	PATH="$(CURDIR)/$(BUILD):$$PATH" docker/localnet.sh procs $(LOCALNET)

.PHONY: localnet
localnet: images ## Run the same consortium in containers, with Prometheus and Grafana (needs Docker; WATCH=no without them)
	PATH="$(CURDIR)/$(BUILD)/images:$$PATH" docker/localnet.sh containers $(BUILD)/localnet

.PHONY: localnet-stop
localnet-stop: ## Remove the containers of make localnet; build/localnet stays
	docker/localnet.sh stop $(BUILD)/localnet

.PHONY: clean
clean: ## Remove build output
	rm -rf $(BUILD) .buf
