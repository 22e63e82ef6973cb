// Package watch tells operators what the protocol does, as metrics of the node. It reads committed state when it is asked,
// and counts the events of each block. Nothing here writes, and nothing is read without a bound.
package watch

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"cosmossdk.io/collections"
	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/metric"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/poco"
	beaconkeeper "github.com/credence-chain/credence/x/beacon/keeper"
	dealskeeper "github.com/credence-chain/credence/x/deals/keeper"
	marketkeeper "github.com/credence-chain/credence/x/market/keeper"
	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskskeeper "github.com/credence-chain/credence/x/tasks/keeper"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherskeeper "github.com/credence-chain/credence/x/vouchers/keeper"
	workerskeeper "github.com/credence-chain/credence/x/workers/keeper"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Bounds of one reading. A count that reaches most is that or more.
const (
	most        = 10_000 // entries of a queue or of an index, or workers
	mostLedgers = 100
	fresh       = 5 * time.Second // a reading is given again for so long
)

// Keepers are where the state is.
type Keepers struct {
	Tasks    taskskeeper.Keeper
	Market   marketkeeper.Keeper
	Deals    dealskeeper.Keeper
	Vouchers voucherskeeper.Keeper
	Workers  workerskeeper.Keeper
	Poa      poakeeper.Keeper
	Beacon   beaconkeeper.Keeper
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
	audits, auditErrors              *prometheus.Desc
	troubles                         *prometheus.CounterVec
}

// New registers the metrics of a node. at gives the last committed state to read.
func New(reg prometheus.Registerer, keepers Keepers, at func() (sdk.Context, error), logger log.Logger) *Watch {
	w := &Watch{keepers: keepers, at: at, log: logger}
	w.declare(metric.NewList(reg, prefix))
	if reg != nil {
		reg.MustRegister(w)
	}
	return w
}

const prefix = "credence_chain_"

func (w *Watch) declare(l *metric.List) *metric.List {
	w.height = l.Desc("gauge", "height", "Height of the last committed block.")
	w.beacon = l.Desc("gauge", "beacon_height", "Height of the last block whose seed is known; the beacon stands when it falls behind the height.")
	w.tasks = l.Desc("gauge", "tasks", "Open tasks, by state: waiting, running, provisional, court; 10000 is that or more.", "state")
	w.waits = l.Desc("gauge", "task_oldest_blocks", "Blocks since the oldest open task of a state was opened; 0 without one.", "state")
	w.due = l.Desc("gauge", "tasks_carried", "Tasks whose height has come and that wait for a block's budget, by line: acts, seconds, firsts, again; 10000 is that or more.", "line")
	w.marketDue = l.Desc("gauge", "market_carried", "Entries of the market's queues whose height has come and that wait for a block's budget, by queue: matching, arrivals, expiries, cancels; 10000 is that or more.", "queue")
	w.resting = l.Desc("gauge", "market_opening", "Deals whose tasks are still being opened; 10000 is that or more.")
	w.debt = l.Desc("gauge", "ledger_debt", "Error debt D of a class ledger, in expected wrong results.", "ledger")
	w.budget = l.Desc("gauge", "ledger_budget", "Budget B of a class ledger; D never passes it.", "ledger")
	w.counted = l.Desc("gauge", "ledger_tasks", "Tasks N that a class ledger has counted.", "ledger")
	w.unsettled = l.Desc("gauge", "ledger_unsettled", "Draws of a class ledger that are not settled.", "ledger")
	w.seats = l.Desc("gauge", "seats", "Seats, by status: active, jailed, revoked, tombstoned, waiting (for its operator to bring it in).", "status")
	w.missed = l.Desc("gauge", "seat_missed_blocks", "Blocks of the window that a seat did not sign.", "organisation")
	w.silences = l.Desc("gauge", "seat_court_silences", "Outages of a seat in court, and votes of it against two thirds, that count towards jail.", "organisation")
	w.workers = l.Desc("gauge", "workers", "Workers, by status: ready, busy, paused, cooling, jailed; 10000 is that or more.", "status")
	w.slots = l.Desc("gauge", "worker_slots", "Slots of workers that are neither paused, cooling nor jailed.")
	w.busy = l.Desc("gauge", "worker_slots_busy", "Those of them that have a task.")
	w.held = l.Desc("gauge", "held_ucred", "Coins in the account of a module: market, deals, vouchers, tasks, workers.", "module")
	w.audits = l.Desc("gauge", "audits", "Courts that looked at accepted answers, by cause (challenge, conviction, patrol) and result (upheld, overturned, no_answer, undecided).", "cause", "result")
	w.auditErrors = l.Desc("gauge", "audit_errors_bound", "Upper bound at 95 % on the share of wrong answers among the accepted ones, from the patrol's audits; 1 without any.")
	w.owed = l.Desc("gauge", "owed_ucred", "What the module owes; never more than it holds.", "module")
	w.troubles = l.Counter("reading_failures_total", "Parts of the state that could not be read for metrics, by part.", "part")
	w.events.declare(l)
	return l
}

// Reference is the table of all metrics in Markdown, as kept in docs/node-metrics.md.
func Reference() string {
	return new(Watch).declare(metric.NewList(nil, prefix)).Reference("Metrics of the protocol on a node",
		"Served at `prometheus_listen_addr` of `config/config.toml` with CometBFT's own. They are read from the last committed state, within bounds, at most every five seconds. Generated from app/watch; a test keeps it true.")
}

// MetricNames are the names of all metrics of the protocol.
func MetricNames() []string { return new(Watch).declare(metric.NewList(nil, prefix)).Names() }

// Describe implements prometheus.Collector.
func (w *Watch) Describe(ch chan<- *prometheus.Desc) {
	g := w.gauges
	for _, d := range []*prometheus.Desc{
		g.height, g.beacon, g.tasks, g.waits, g.due, g.marketDue, g.resting, g.debt, g.budget, g.counted, g.unsettled, g.seats, g.missed,
		g.silences, g.workers, g.slots, g.busy, g.held, g.owed, g.audits, g.auditErrors,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (w *Watch) Collect(ch chan<- prometheus.Metric) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.seen) > fresh {
		w.last, w.seen = w.read(), time.Now()
	}
	for _, m := range w.last {
		ch <- m
	}
}

// reading is one look at the state.
type reading struct {
	ctx sdk.Context
	k   Keepers
	g   gauges
	out []prometheus.Metric
}

func (w *Watch) read() []prometheus.Metric {
	ctx, err := w.at()
	if err != nil { // before the first block
		return nil
	}
	r := &reading{ctx: ctx, k: w.keepers, g: w.gauges}
	r.gauge(w.height, float64(ctx.BlockHeight()))
	for _, part := range []struct {
		name string
		read func() error
	}{
		{"beacon", r.beacon}, {"tasks", r.tasks}, {"carried", r.carried}, {"market", r.market}, {"ledgers", r.ledgers}, {"seats", r.seats},
		{"workers", r.workers}, {"money", r.money}, {"audits", r.audits},
	} {
		if err := guarded(part.read); err != nil {
			w.troubles.WithLabelValues(part.name).Inc()
			w.log.Debug("metrics: part not read", "part", part.name, "error", err)
		}
	}
	return r.out
}

// guarded keeps a panic, such as that of a store that is being pruned, from the server.
func guarded(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("it panicked")
		}
	}()
	return do()
}

func (r *reading) gauge(d *prometheus.Desc, v float64, labels ...string) {
	r.out = append(r.out, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...))
}

func (r *reading) beacon() error {
	seed, err := r.k.Beacon.Latest.Get(r.ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err == nil {
		r.gauge(r.g.beacon, float64(seed.Height))
	}
	return err
}

// openStates are the states of tasks that have not ended, as labels.
var openStates = []struct {
	state taskstypes.State
	label string
}{
	{taskstypes.STATE_WAITING, "waiting"}, {taskstypes.STATE_RUNNING, "running"}, {taskstypes.STATE_PROVISIONAL, "provisional"}, {taskstypes.STATE_COURT, "court"},
}

func (r *reading) tasks() error {
	for _, s := range openStates {
		rng := collections.NewPrefixedTripleRange[uint32, uint64, string](taskstypes.StateKey(s.state, taskstypes.ENDING_UNSPECIFIED))
		n, oldest := 0, uint64(r.ctx.BlockHeight())
		err := r.k.Tasks.States.Walk(r.ctx, rng, func(key collections.Triple[uint32, uint64, string]) (bool, error) {
			if n == 0 {
				oldest = key.K2()
			}
			n++
			return n >= most, nil
		})
		if err != nil {
			return err
		}
		r.gauge(r.g.tasks, float64(n), s.label)
		r.gauge(r.g.waits, float64(r.ctx.BlockHeight())-float64(oldest), s.label)
	}
	return nil
}

// lines of the queue of tasks, as labels.
var lines = []struct {
	line  taskstypes.Line
	label string
}{{taskstypes.LineActs, "acts"}, {taskstypes.LineSeconds, "seconds"}, {taskstypes.LineFirsts, "firsts"}, {taskstypes.LineAgain, "again"}}

// carried counts what was due in the last block and is still in the queue.
func (r *reading) carried() error {
	for _, l := range lines {
		rng := new(collections.Range[collections.Triple[uint32, uint64, string]]).
			StartInclusive(collections.TriplePrefix[uint32, uint64, string](uint32(l.line))).
			EndExclusive(collections.TripleSuperPrefix[uint32, uint64, string](uint32(l.line), uint64(r.ctx.BlockHeight())+1))
		n := 0
		err := r.k.Tasks.Queue.Walk(r.ctx, rng, func(collections.Triple[uint32, uint64, string]) (bool, error) {
			n++
			return n >= most, nil
		})
		if err != nil {
			return err
		}
		r.gauge(r.g.due, float64(n), l.label)
	}
	return nil
}

func (r *reading) market() error {
	m, until := r.k.Market, collections.NewPrefixUntilPairRange[int64, []byte](r.ctx.BlockHeight())
	type key = collections.Pair[int64, []byte]
	walks := []struct {
		queue string
		walk  func(count func() (bool, error)) error
	}{
		{"matching", func(count func() (bool, error)) error {
			return m.Queue.Walk(r.ctx, until, func(key) (bool, error) { return count() })
		}},
		{"arrivals", func(count func() (bool, error)) error {
			return m.Arrivals.Walk(r.ctx, until, func(key) (bool, error) { return count() })
		}},
		{"expiries", func(count func() (bool, error)) error {
			return m.Expiries.Walk(r.ctx, until, func(key) (bool, error) { return count() })
		}},
		{"cancels", func(count func() (bool, error)) error {
			return m.Cancels.Walk(r.ctx, until, func(key, key) (bool, error) { return count() })
		}},
	}
	counter := func(n *int) func() (bool, error) {
		return func() (bool, error) { *n++; return *n >= most, nil }
	}
	for _, w := range walks {
		n := 0
		if err := w.walk(counter(&n)); err != nil {
			return err
		}
		r.gauge(r.g.marketDue, float64(n), w.queue)
	}
	n := 0
	count := counter(&n)
	if err := r.k.Deals.Opening.Walk(r.ctx, nil, func(uint64, []byte) (bool, error) { return count() }); err != nil {
		return err
	}
	r.gauge(r.g.resting, float64(n))
	return nil
}

// ledgers shows those of classes: their keys come first. Those of organisations are for queries.
func (r *reading) ledgers() error {
	res, err := taskskeeper.NewQueryServer(r.k.Tasks).Ledgers(r.ctx, &taskstypes.QueryLedgersRequest{Pagination: &query.PageRequest{Limit: mostLedgers}})
	if err != nil {
		return err
	}
	for _, v := range res.Views {
		if !strings.HasPrefix(v.Ledger.Key, "class/") {
			continue
		}
		for _, g := range []struct {
			desc *prometheus.Desc
			text string
		}{{r.g.debt, v.Debt}, {r.g.budget, v.Budget}} {
			n, err := strconv.ParseFloat(g.text, 64)
			if err != nil {
				return err
			}
			r.gauge(g.desc, n, v.Ledger.Key)
		}
		r.gauge(r.g.counted, float64(v.Ledger.Counted), v.Ledger.Key)
		r.gauge(r.g.unsettled, float64(v.Ledger.Unsettled), v.Ledger.Key)
	}
	return nil
}

func (r *reading) seats() error {
	seats, err := r.k.Poa.AllSeats(r.ctx)
	if err != nil {
		return err
	}
	count := tally{"active": 0, "jailed": 0, "revoked": 0, "tombstoned": 0, "waiting": 0}
	for _, s := range seats {
		count[seatStatus(s)]++
		missed, err := r.k.Poa.MissedCount.Get(r.ctx, s.OrgId)
		if err != nil && !errors.Is(err, collections.ErrNotFound) {
			return err
		}
		r.gauge(r.g.missed, float64(missed), s.OrgId)
		silence, err := r.k.Tasks.CourtSilences.Get(r.ctx, s.OrgId)
		if err != nil && !errors.Is(err, collections.ErrNotFound) {
			return err
		}
		r.gauge(r.g.silences, float64(silence.Count), s.OrgId)
	}
	r.tally(r.g.seats, count)
	return nil
}

func seatStatus(s poatypes.Seat) string {
	switch {
	case s.Tombstoned:
		return "tombstoned"
	case s.Revoked:
		return "revoked"
	case s.Waiting:
		return "waiting"
	case s.Jailed:
		return "jailed"
	}
	return "active"
}

// tally counts by label.
type tally map[string]int

func (r *reading) tally(d *prometheus.Desc, t tally) {
	for _, label := range slices.Sorted(maps.Keys(t)) {
		r.gauge(d, float64(t[label]), label)
	}
}

func (r *reading) workers() error {
	count := tally{"ready": 0, "busy": 0, "paused": 0, "cooling": 0, "jailed": 0}
	n, slots, busy := 0, uint64(0), uint64(0)
	err := r.k.Workers.Workers.Walk(r.ctx, nil, func(_ string, w workerstypes.Worker) (bool, error) {
		status := workerStatus(w)
		count[status]++
		if status == "ready" || status == "busy" {
			slots, busy = slots+uint64(w.Slots), busy+uint64(w.Busy)
		}
		n++
		return n >= most, nil
	})
	r.tally(r.g.workers, count)
	r.gauge(r.g.slots, float64(slots))
	r.gauge(r.g.busy, float64(busy))
	return err
}

func workerStatus(w workerstypes.Worker) string {
	switch {
	case w.Jailed:
		return "jailed"
	case w.Paused:
		return "paused"
	case w.Cooling():
		return "cooling"
	case w.Busy >= w.Slots:
		return "busy"
	}
	return "ready"
}

// audits reads what courts have found of accepted answers.
func (r *reading) audits() error {
	var decided, overturned uint64
	err := r.k.Tasks.AuditCounts.Walk(r.ctx, nil, func(_ uint32, c taskstypes.AuditCount) (bool, error) {
		cause := strings.ToLower(strings.TrimPrefix(c.Cause.String(), "AUDIT_CAUSE_"))
		if c.Cause == taskstypes.AUDIT_CAUSE_PATROL {
			decided, overturned = c.Decided(), c.Overturned
		}
		for _, n := range []struct {
			result string
			count  uint64
		}{{"upheld", c.Upheld}, {"overturned", c.Overturned}, {"no_answer", c.NoAnswer}, {"undecided", c.Undecided}} {
			r.gauge(r.g.audits, float64(n.count), cause, n.result)
		}
		return false, nil
	})
	r.gauge(r.g.auditErrors, float64(poco.BoundErrors(decided, overturned))/1e6)
	return err
}

func (r *reading) money() error {
	for _, m := range []struct {
		name     string
		solvency func(context.Context) (purse.Balance, error)
	}{{"market", r.k.Market.Solvency}, {"deals", r.k.Deals.Solvency}, {"vouchers", r.k.Vouchers.Solvency}, {"tasks", r.k.Tasks.Solvency}} {
		balance, err := m.solvency(r.ctx)
		if err != nil {
			return err
		}
		for _, g := range []struct {
			desc   *prometheus.Desc
			amount math.Int
		}{{r.g.held, balance.Held}, {r.g.owed, balance.Owed}} {
			n, err := g.amount.ToLegacyDec().Float64()
			if err != nil {
				return err
			}
			r.gauge(g.desc, n, m.name)
		}
	}
	stakes, due, err := r.k.Workers.Solvency(r.ctx)
	if err != nil {
		return err
	}
	r.gauge(r.g.held, float64(stakes), "workers")
	r.gauge(r.g.owed, float64(due), "workers")
	return nil
}
