package types

import (
	"fmt"
	"slices"

	"github.com/credence-chain/credence/poco"
)

// DefaultGenesis is an empty state.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate names the first thing in the state that cannot be.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	ids := make(map[string]bool, len(g.Tasks))
	for _, t := range g.Tasks {
		if _, err := ParseID(t.Id); err != nil {
			return err
		}
		if ids[t.Id] {
			return fmt.Errorf("tasks: %s stands twice", t.Id)
		}
		ids[t.Id] = true
		if _, err := t.ToPoco(poco.Terms{}); err != nil {
			return fmt.Errorf("tasks: %s: %w", t.Id, err)
		}
		// A task that the chain could not process, nor even break off, stands in the queue beyond its deadline.
		if t.Queued < t.Deadline {
			return fmt.Errorf("tasks: %s: queued at %d, expected its deadline %d or later", t.Id, t.Queued, t.Deadline)
		}
	}
	ledgers := make(map[string]Ledger, len(g.Ledgers))
	for _, l := range g.Ledgers {
		if _, err := l.ToPoco(); err != nil {
			return err
		}
		ledgers[l.Key] = l
	}
	if len(ledgers) != len(g.Ledgers) {
		return fmt.Errorf("ledgers: a key stands twice")
	}
	for _, r := range g.Records {
		l, ok := ledgers[r.Key]
		if !ok || r.Turn < l.Head || r.Turn >= l.Next {
			return fmt.Errorf("records: turn %d of ledger %q lies outside of it", r.Turn, r.Key)
		}
		if _, err := r.Record.ToPoco(); err != nil {
			return fmt.Errorf("records: turn %d of ledger %q: %w", r.Turn, r.Key, err)
		}
	}
	for _, t := range g.Turns {
		if !ids[t.Task] {
			return fmt.Errorf("turns: task %s is not in the state", t.Task)
		}
		for _, key := range []string{t.ClassKey, t.RequesterKey} {
			if !slices.ContainsFunc(g.Ledgers, func(l Ledger) bool { return l.Key == key }) {
				return fmt.Errorf("turns: ledger %q of task %s is not in the state", key, t.Task)
			}
		}
	}
	return nil
}
