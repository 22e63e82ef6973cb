// Package watch shows operators what the protocol does, as metrics of the node. It reads committed state when it is queried, and
// counts the events of each block. It never writes, and every read has a bound.
package watch

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"cosmossdk.io/log/v2"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/metric"
	beaconkeeper "github.com/credence-chain/credence/x/beacon/keeper"
	dealskeeper "github.com/credence-chain/credence/x/deals/keeper"
	feedskeeper "github.com/credence-chain/credence/x/feeds/keeper"
	marketkeeper "github.com/credence-chain/credence/x/market/keeper"
	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
	supplykeeper "github.com/credence-chain/credence/x/supply/keeper"
	taskskeeper "github.com/credence-chain/credence/x/tasks/keeper"
	voucherskeeper "github.com/credence-chain/credence/x/vouchers/keeper"
	workerskeeper "github.com/credence-chain/credence/x/workers/keeper"
)

// fresh is how long the result of a reading is used again.
const fresh = 5 * time.Second

// Keepers give access to the state.
type Keepers struct {
	Tasks    taskskeeper.Keeper
	Market   marketkeeper.Keeper
	Deals    dealskeeper.Keeper
	Vouchers voucherskeeper.Keeper
	Workers  workerskeeper.Keeper
	Poa      poakeeper.Keeper
	Supply   supplykeeper.Keeper
	Beacon   beaconkeeper.Keeper
	Feeds    feedskeeper.Keeper
}

// Watch is the metrics of one node. It is a prometheus.Collector.
type Watch struct {
	keepers Keepers
	at      func() (sdk.Context, error) // the last committed state
	log     log.Logger
	gauges
	events

	mu   sync.Mutex
	seen time.Time
	last []prometheus.Metric
}

// gauges are read from the state.
type gauges struct {
	height, beacon                   *prometheus.Desc
	tasks, waits, due                *prometheus.Desc
	marketDue, resting               *prometheus.Desc
	debt, budget, counted, unsettled *prometheus.Desc
	seats, missed, silences          *prometheus.Desc
	workers, slots, busy             *prometheus.Desc
	held, owed                       *prometheus.Desc
	paused, pauseUntil, supply       *prometheus.Desc
	audits, auditErrors              *prometheus.Desc
	feeds, feedAge                   *prometheus.Desc
	troubles                         *prometheus.CounterVec
}

// New registers the metrics of a node. at gives the last committed state to read.
func New(reg prometheus.Registerer, keepers Keepers, at func() (sdk.Context, error), logger log.Logger) *Watch {
	w := &Watch{keepers: keepers, at: at, log: logger}
	w.declareMetrics(metric.NewList(reg, prefix))
	if reg != nil {
		reg.MustRegister(w)
	}
	return w
}

const prefix = "credence_chain_"

func (w *Watch) declareMetrics(l *metric.List) *metric.List {
	w.height = l.Desc("gauge", "height", "Height of the last committed block.")
	w.beacon = l.Desc("gauge", "beacon_height", "Height of the last block whose seed is known; the beacon stands when it falls behind the height.")
	w.tasks = l.Desc("gauge", "tasks", "Open tasks, by state: waiting, running, provisional, court; 10000 is that or more.", "state")
	w.waits = l.Desc("gauge", "task_oldest_blocks", "Blocks since the oldest open task of a state was opened; 0 without one.", "state")
	w.due = l.Desc("gauge", "tasks_carried", "Tasks whose height has come and that wait for a block's budget, by queue: deadlines, later_waves, first_wave, first_wave_retries; 10000 is that or more.", "queue")
	w.marketDue = l.Desc("gauge", "market_carried", "Entries of the market's queues whose height has come and that wait for a block's budget, by queue: matching, arrivals, expiries, cancels; 10000 is that or more.", "queue")
	w.resting = l.Desc("gauge", "market_opening", "Deals whose tasks are still being opened; 10000 is that or more.")
	w.debt = l.Desc("gauge", "ledger_debt", "Error debt D of a class ledger, in expected wrong results.", "ledger")
	w.budget = l.Desc("gauge", "ledger_budget", "Budget B of a class ledger; D never passes it.", "ledger")
	w.counted = l.Desc("gauge", "ledger_tasks", "Tasks N that a class ledger has counted.", "ledger")
	w.unsettled = l.Desc("gauge", "ledger_unsettled", "Draws of a class ledger that are not settled.", "ledger")
	w.seats = l.Desc("gauge", "seats", "Seats, by status: active, jailed, revoked, tombstoned, waiting (for its operator to bring it in).", "status")
	w.missed = l.Desc("gauge", "seat_missed_blocks", "Blocks of the window that a seat did not sign.", "organisation")
	w.silences = l.Desc("gauge", "seat_court_silences", "Outages of a seat in court, and votes of it against two thirds, that count towards jail.", "organisation")
	w.paused = l.Desc("gauge", "paused", "1 while an emergency pause refuses new requests, orders and uploads.")
	w.pauseUntil = l.Desc("gauge", "pause_until_height", "Height at which the pause ends by itself; 0 without one.")
	w.workers = l.Desc("gauge", "workers", "Workers, by status: ready, busy, paused, cooling, jailed; 10000 is that or more.", "status")
	w.slots = l.Desc("gauge", "worker_slots", "Slots of workers that are neither paused, cooling nor jailed.")
	w.busy = l.Desc("gauge", "worker_slots_busy", "Those of them that have a task.")
	w.held = l.Desc("gauge", "held_ucred", "Coins in the account of a module: market, deals, vouchers, tasks, workers.", "module")
	w.audits = l.Desc("gauge", "audits", "Courts that looked at accepted answers, by cause (challenge, conviction, patrol) and result (upheld, overturned, no_answer, undecided).", "cause", "result")
	w.auditErrors = l.Desc("gauge", "audit_errors_bound", "Upper bound at 95 % on the share of wrong answers among the accepted ones, from the patrol's audits; 1 without any.")
	w.owed = l.Desc("gauge", "owed_ucred", "What the module owes; never more than it holds.", "module")
	w.supply = l.Desc("gauge", "supply_ucred", "Coins that a cause made (genesis, minted) or destroyed (burnt, deposits, premiums, slashed).", "cause")
	w.feeds = l.Desc("gauge", "feeds", "Feeds; 10000 is that or more.")
	w.feedAge = l.Desc("gauge", "feed_age_seconds", "Seconds since the latest value of a feed was asked for, of the first 100 feeds by owner and name.", "feed")
	w.troubles = l.Counter("reading_failures_total", "Parts of the state that could not be read for metrics, by part.", "part")
	w.events.declareCounters(l)
	return l
}

// Reference is the table of all metrics in Markdown, as kept in docs/node-metrics.md.
func Reference() string {
	return new(Watch).declareMetrics(metric.NewList(nil, prefix)).Reference("Metrics of the protocol on a node",
		"Served at `prometheus_listen_addr` of `config/config.toml` with CometBFT's own. They are read from the last committed state, within bounds, at most every five seconds. Generated from app/watch; a test keeps it true.")
}

// MetricNames are the names of all metrics of the protocol.
func MetricNames() []string { return new(Watch).declareMetrics(metric.NewList(nil, prefix)).Names() }

// Describe implements prometheus.Collector.
func (w *Watch) Describe(ch chan<- *prometheus.Desc) {
	g := w.gauges
	for _, d := range []*prometheus.Desc{
		g.height, g.beacon, g.tasks, g.waits, g.due, g.marketDue, g.resting, g.debt, g.budget, g.counted, g.unsettled, g.seats, g.missed,
		g.silences, g.paused, g.pauseUntil, g.workers, g.slots, g.busy, g.held, g.owed, g.audits, g.auditErrors, g.supply, g.feeds, g.feedAge,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (w *Watch) Collect(ch chan<- prometheus.Metric) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.seen) > fresh {
		w.last, w.seen = w.readState(), time.Now()
	}
	for _, m := range w.last {
		ch <- m
	}
}
