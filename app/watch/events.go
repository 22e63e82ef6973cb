package watch

import (
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/internal/metric"
)

// events counts the events of blocks that this node has executed since it started.
type events struct {
	opened, ended, courts, failures *prometheus.CounterVec
	transactions, feedUpdates       *prometheus.CounterVec
}

func (e *events) declareCounters(l *metric.List) {
	e.opened = l.Counter("task_phases_total", "Phases that tasks entered, in blocks that this node executed.", "phase")
	e.ended = l.Counter("task_endings_total", "Tasks that ended, by ending, and whether the court decided.", "ending", "court")
	e.courts = l.Counter("court_votes_total", "Answers that were opened in court.")
	e.failures = l.Counter("isolated_failures_total", "Items of block hooks that failed and were set aside, by module and kind of item; expected 0.", "module", "item")
	e.feedUpdates = l.Counter("feed_updates_total", "Final answers that feeds were told of, by result: latest, late (a newer value is there), refused.", "result")
	e.transactions = l.Counter("transactions_total", "Transactions in blocks that this node executed, by result: ok, failed.", "result")
}

// CountBlock counts the events of a block that was executed. It never fails: it skips events that it does not understand.
func (w *Watch) CountBlock(res *abci.ResponseFinalizeBlock) {
	if w == nil || res == nil {
		return
	}
	for _, e := range res.Events {
		w.countEvent(e)
	}
	for _, tx := range res.TxResults {
		result := "ok"
		if tx.Code != 0 {
			result = "failed"
		}
		w.transactions.WithLabelValues(result).Inc()
		for _, e := range tx.Events {
			w.countEvent(e)
		}
	}
}

func (w *Watch) countEvent(e abci.Event) {
	switch e.Type {
	case "credence.tasks.v1.EventPhase":
		w.opened.WithLabelValues(readWord(e, "phase", "PHASE_")).Inc()
	case "credence.tasks.v1.EventEnded":
		w.ended.WithLabelValues(readWord(e, "ending", "ENDING_"), readWord(e, "by_court", "")).Inc()
	case "credence.tasks.v1.EventRevealed":
		if readWord(e, "bench", "BENCH_") == "court" {
			w.courts.WithLabelValues().Inc()
		}
	case "credence.feeds.v1.EventUpdated":
		result := "latest"
		if readWord(e, "late", "") == "true" {
			result = "late"
		}
		w.feedUpdates.WithLabelValues(result).Inc()
	case "credence.feeds.v1.EventRefused":
		w.feedUpdates.WithLabelValues("refused").Inc()
	case isolate.EventType:
		w.failures.WithLabelValues(readWord(e, isolate.AttributeModule, ""), readWord(e, isolate.AttributeItem, "")).Inc()
	}
}

// readWord returns an attribute in small letters, without its prefix and quotes.
func readWord(e abci.Event, name, prefix string) string {
	for _, a := range e.Attributes {
		if a.Key == name {
			return strings.ToLower(strings.TrimPrefix(strings.Trim(a.Value, `"`), prefix))
		}
	}
	return ""
}
