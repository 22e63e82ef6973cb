// Package metrics has the metrics of a worker. Each is declared here once, with its help text. The worker serves this list, and
// the reference in docs/worker-metrics.md is generated from it.
package metrics

import (
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/credence-chain/credence/poco"
)

// Set has the metrics of one worker. New makes one; a zero or nil Set cannot be used.
type Set struct {
	Transitions    *prometheus.CounterVec
	Live           prometheus.Gauge
	SlotsBusy      prometheus.Gauge
	Slots          prometheus.Gauge
	RunSeconds     prometheus.Histogram
	FetchSeconds   prometheus.Histogram
	CompileSeconds prometheus.Histogram
	Ahead          *prometheus.CounterVec
	AheadSeconds   prometheus.Counter
	Fuel           prometheus.Counter
	Outcomes       *prometheus.CounterVec
	Declines       *prometheus.CounterVec
	Troubles       *prometheus.CounterVec
	Faults         *prometheus.CounterVec
	Reconciles     *prometheus.CounterVec
	Height         prometheus.Gauge
	Follows        *prometheus.CounterVec
	Transactions   *prometheus.CounterVec
	Rebroadcasts   prometheus.Counter
	InclusionSecs  prometheus.Histogram
	Ready          prometheus.Gauge
	ControlGroups  prometheus.Gauge
	StoreBytes     prometheus.Gauge
	StoreNeeded    prometheus.Gauge
	LogBytes       prometheus.Gauge
	ModuleBytes    prometheus.Gauge
	RecordsHeld    prometheus.Gauge
	Collected      *prometheus.CounterVec
	CollectedBytes *prometheus.CounterVec
	Collections    *prometheus.CounterVec

	list []row
}

type row struct{ name, kind, labels, help string }

const prefix = "credence_worker_"

// New makes the metrics and registers them.
func New(reg prometheus.Registerer) *Set {
	s := &Set{}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
		s.addMetric(reg, c, name, "counter", help, labels)
		return c
	}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: prefix + name, Help: help})
		s.addMetric(reg, g, name, "gauge", help, nil)
		return g
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: buckets})
		s.addMetric(reg, h, name, "histogram", help, nil)
		return h
	}
	s.Transitions = counter("transitions_total", "Tasks that entered a state of their life.", "bench", "state")
	s.Live = gauge("tasks_live", "Tasks in the journal that have not ended.")
	s.SlotsBusy = gauge("slots_busy", "Tasks being fetched, compiled or executed now, and compilations for which no task waits.")
	s.Slots = gauge("slots", "Tasks that may be fetched or executed at once.")
	s.RunSeconds = histogram("run_seconds", "Time of one execution.", prometheus.ExponentialBuckets(0.01, 4, 10))
	s.FetchSeconds = histogram("fetch_seconds", "Time to get a task's module and inputs.", prometheus.ExponentialBuckets(0.01, 4, 8))
	s.CompileSeconds = histogram("compile_seconds", "Time to compile a module, or to find it in the cache.", prometheus.ExponentialBuckets(0.01, 4, 8))
	s.Ahead = counter("ahead_total", "Programs prepared before a task of them was drawn, by end: compiled, joined (a task took it over), yielded (a task needed the slot), unfound (nobody gave it in time), failed.", "end")
	s.AheadSeconds = counter("ahead_seconds_total", "Time that went into it, of which the setting ahead bounds what one hour has.").WithLabelValues()
	s.Fuel = counter("fuel_total", "Fuel used by executed apps.").WithLabelValues()
	s.Outcomes = counter("outcomes_total", "Outcomes reached, by kind.", "kind")
	s.Declines = counter("declines_total", "Seats given back, by reason: "+reasonNames()+".", "reason")
	s.Troubles = counter("troubles_total", "Own failures, by where: fetch, compile, run, store, journal, refuse, onchain.", "where")
	s.Faults = counter("settled_total", "Tasks settled, by what the chain found of this worker: NONE, WRONG, UNREVEALED, SILENT, ABSTAINED, UNSERVED, WITHHELD, LATE.", "fault")
	s.Reconciles = counter("reconciles_total", "Comparisons of the chain's assignments with the journal, by result: ok, error.", "result")
	s.Height = gauge("chain_height", "Highest block seen.")
	s.Follows = counter("follow_restarts_total", "Times that following blocks was started again, by reason: stalled, error.", "reason")
	s.Transactions = counter("transactions_total", "Transactions, by step (commit, reveal, decline) and end (included, already, refused, expired, error).", "step", "end")
	s.Rebroadcasts = counter("rebroadcasts_total", "Signed transactions sent once more while they were not yet included.").WithLabelValues()
	s.InclusionSecs = histogram("inclusion_seconds", "Time from signing a transaction to its inclusion.", prometheus.ExponentialBuckets(0.1, 2, 10))
	s.Ready = gauge("ready", "1 when this worker can be drawn: node in sync, registered; else 0.")
	s.ControlGroups = gauge("control_groups", "1 when each execution of WebAssembly has a control group of its own, which bounds its memory; else 0.")
	s.StoreBytes = gauge("store_bytes", "Bytes of modules, inputs and results on disk, which the setting quota bounds.")
	s.StoreNeeded = gauge("store_needed_bytes", "Of these, bytes that a task needs which is not final, so that they are not deleted.")
	s.LogBytes = gauge("log_bytes", "Bytes of the apps' logs on disk, which the setting log-quota bounds.")
	s.ModuleBytes = gauge("module_cache_bytes", "Bytes of compiled modules on disk, which the setting module-cache bounds.")
	s.RecordsHeld = gauge("records_held", "Records of the journal whose tasks were not seen to be final.")
	s.Collected = counter("collected_total", "Things deleted because nothing needs them, by what: blob, log, module, record.", "what")
	s.CollectedBytes = counter("collected_bytes_total", "Bytes of them, by what: blob, log, module.", "what")
	s.Collections = counter("collections_total", "Collections, by result: ok, error, and unsure where it was not known what is needed, so that no blob was deleted.", "result")
	return s
}

func reasonNames() string {
	var names []string
	for _, r := range poco.DeclineReasons() {
		names = append(names, r.String())
	}
	return strings.Join(names, ", ")
}

func (s *Set) addMetric(reg prometheus.Registerer, c prometheus.Collector, name, kind, help string, labels []string) {
	reg.MustRegister(c)
	s.list = append(s.list, row{prefix + name, kind, strings.Join(labels, ", "), help})
}

// Reference returns the table of all metrics in Markdown, which docs/worker-metrics.md contains.
func Reference() string {
	var b strings.Builder
	b.WriteString("# Metrics of credence-worker\n\nServed at `/metrics`. Generated from internal/worker/metrics; a test keeps it true.\n\n")
	b.WriteString("| name | type | labels | meaning |\n|---|---|---|---|\n")
	for _, r := range New(prometheus.NewRegistry()).list {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.name, r.kind, r.labels, r.help)
	}
	return b.String()
}
