package watch

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/poco"
	taskskeeper "github.com/credence-chain/credence/x/tasks/keeper"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// A reading looks at the committed state once, part by part. A part that cannot be read is counted as an error, and the other parts
// are read all the same. No part reads more entries than its bound.

// Bounds of one reading. A count equal to most means most or more.
const (
	most        = 10_000 // entries of a queue or of an index, or workers
	mostLedgers = 100
	mostFeeds   = 100 // whose age is shown; their names are labels
)

// reading is one pass over the state.
type reading struct {
	ctx sdk.Context
	k   Keepers
	g   gauges
	out []prometheus.Metric
}

func (w *Watch) readState() []prometheus.Metric {
	ctx, err := w.at()
	if err != nil { // before the first block
		return nil
	}
	r := &reading{ctx: ctx, k: w.keepers, g: w.gauges}
	r.addGauge(w.height, float64(ctx.BlockHeight()))
	for _, part := range []struct {
		name string
		read func() error
	}{
		{"beacon", r.readBeacon}, {"tasks", r.readTasks}, {"carried", r.readCarried}, {"market", r.readMarket}, {"ledgers", r.readLedgers}, {"seats", r.readSeats}, {"pause", r.readPause},
		{"workers", r.readWorkers}, {"money", r.readMoney}, {"audits", r.readAudits}, {"supply", r.readSupply}, {"feeds", r.readFeeds},
	} {
		if err := recoverPanic(part.read); err != nil {
			w.troubles.WithLabelValues(part.name).Inc()
			w.log.Debug("metrics: part not read", "part", part.name, "error", err)
		}
	}
	return r.out
}

// recoverPanic turns a panic, such as that of a store that is being pruned, into an error, so that the server goes on.
func recoverPanic(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("it panicked")
		}
	}()
	return do()
}

func (r *reading) addGauge(d *prometheus.Desc, v float64, labels ...string) {
	r.out = append(r.out, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...))
}

func (r *reading) readBeacon() error {
	seed, err := r.k.Beacon.Latest.Get(r.ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err == nil {
		r.addGauge(r.g.beacon, float64(seed.Height))
	}
	return err
}

// openStates are the states of tasks that have not ended, with their labels.
var openStates = []struct {
	state taskstypes.State
	label string
}{
	{taskstypes.STATE_WAITING, "waiting"}, {taskstypes.STATE_RUNNING, "running"}, {taskstypes.STATE_PROVISIONAL, "provisional"}, {taskstypes.STATE_COURT, "court"},
}

func (r *reading) readTasks() error {
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
		r.addGauge(r.g.tasks, float64(n), s.label)
		r.addGauge(r.g.waits, float64(r.ctx.BlockHeight())-float64(oldest), s.label)
	}
	return nil
}

// dueQueues are the queues in which tasks wait for a height, with their labels.
var dueQueues = []struct {
	queue taskstypes.DueQueue
	label string
}{
	{taskstypes.QueueDeadlines, "deadlines"},
	{taskstypes.QueueLaterWaves, "later_waves"},
	{taskstypes.QueueFirstWave, "first_wave"},
	{taskstypes.QueueFirstWaveRetries, "first_wave_retries"},
}

// readCarried counts the tasks that were due in the last block and are still in the queue.
func (r *reading) readCarried() error {
	for _, q := range dueQueues {
		rng := new(collections.Range[collections.Triple[uint32, uint64, string]]).
			StartInclusive(collections.TriplePrefix[uint32, uint64, string](uint32(q.queue))).
			EndExclusive(collections.TripleSuperPrefix[uint32, uint64, string](uint32(q.queue), uint64(r.ctx.BlockHeight())+1))
		n := 0
		err := r.k.Tasks.Queue.Walk(r.ctx, rng, func(collections.Triple[uint32, uint64, string]) (bool, error) {
			n++
			return n >= most, nil
		})
		if err != nil {
			return err
		}
		r.addGauge(r.g.due, float64(n), q.label)
	}
	return nil
}

func (r *reading) readMarket() error {
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
		r.addGauge(r.g.marketDue, float64(n), w.queue)
	}
	n := 0
	count := counter(&n)
	if err := r.k.Deals.Opening.Walk(r.ctx, nil, func(uint64, []byte) (bool, error) { return count() }); err != nil {
		return err
	}
	r.addGauge(r.g.resting, float64(n))
	return nil
}

// readLedgers reports the ledgers of classes, whose keys come first. The ledgers of organisations are available by queries.
func (r *reading) readLedgers() error {
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
			r.addGauge(g.desc, n, v.Ledger.Key)
		}
		r.addGauge(r.g.counted, float64(v.Ledger.Counted), v.Ledger.Key)
		r.addGauge(r.g.unsettled, float64(v.Ledger.Unsettled), v.Ledger.Key)
	}
	return nil
}

// tally counts by label.
type tally map[string]int

func (r *reading) addTally(d *prometheus.Desc, t tally) {
	for _, label := range slices.Sorted(maps.Keys(t)) {
		r.addGauge(d, float64(t[label]), label)
	}
}

func (r *reading) readWorkers() error {
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
	r.addTally(r.g.workers, count)
	r.addGauge(r.g.slots, float64(slots))
	r.addGauge(r.g.busy, float64(busy))
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

// readAudits reports what courts have found about accepted answers.
func (r *reading) readAudits() error {
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
			r.addGauge(r.g.audits, float64(n.count), cause, n.result)
		}
		return false, nil
	})
	r.addGauge(r.g.auditErrors, float64(poco.BoundErrors(decided, overturned))/1e6)
	return err
}

func (r *reading) readMoney() error {
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
			r.addGauge(g.desc, n, m.name)
		}
	}
	stakes, due, err := r.k.Workers.Solvency(r.ctx)
	if err != nil {
		return err
	}
	r.addGauge(r.g.held, float64(stakes), "workers")
	r.addGauge(r.g.owed, float64(due), "workers")
	return nil
}

func (r *reading) readSupply() error {
	return r.k.Supply.Causes.Walk(r.ctx, nil, func(cause string, amount math.Int) (bool, error) {
		n, err := amount.ToLegacyDec().Float64()
		if err == nil {
			r.addGauge(r.g.supply, n, cause)
		}
		return false, err
	})
}
