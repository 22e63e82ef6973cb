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
	ids, tasks := make(map[string]bool, len(g.Tasks)), make(map[string]Task, len(g.Tasks))
	for _, t := range g.Tasks {
		if _, err := ParseID(t.Id); err != nil {
			return err
		}
		if ids[t.Id] {
			return fmt.Errorf("tasks: %s stands twice", t.Id)
		}
		ids[t.Id], tasks[t.Id] = true, t
		if _, err := t.ToPoco(poco.Terms{}); err != nil {
			return fmt.Errorf("tasks: %s: %w", t.Id, err)
		}
		// A task that the chain could not process, nor even break off, stands in the queue beyond its deadline.
		if t.Queued < t.Deadline {
			return fmt.Errorf("tasks: %s: queued at %d, expected its deadline %d or later", t.Id, t.Queued, t.Deadline)
		}
	}
	pruned := make(map[string]bool, len(g.Pruned))
	for _, p := range g.Pruned {
		if err := p.validate(); err != nil {
			return err
		}
		if ids[p.Id] || pruned[p.Id] {
			return fmt.Errorf("pruned: %s stands twice, or among the tasks", p.Id)
		}
		pruned[p.Id] = true
	}
	if err := g.validateOnchain(tasks); err != nil {
		return err
	}
	if err := g.validateCourts(); err != nil {
		return err
	}
	if err := g.validateAudits(); err != nil {
		return err
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

// validateCourts names the first thing about the court that cannot be.
func (g GenesisState) validateCourts() error {
	for _, t := range g.Tasks {
		switch {
		case t.CourtPlace != nil && t.Phase != PHASE_COURT_WAIT:
			return fmt.Errorf("tasks: %s: has a place in the court's line in phase %s, expected %s", t.Id, t.Phase, PHASE_COURT_WAIT)
		case t.CourtPlace != nil && (t.CourtPlace.Round == 0 || t.CourtPlace.Round < g.CourtRound || t.CourtPlace.Since < 1):
			return fmt.Errorf("tasks: %s: round %d, since %d in the court's line, expected round %d or later and a height", t.Id, t.CourtPlace.Round, t.CourtPlace.Since, max(1, g.CourtRound))
		case t.CourtPace != 0 && t.Phase != PHASE_COURT_COMMIT:
			return fmt.Errorf("tasks: %s: holds room of the court in phase %s, expected %s", t.Id, t.Phase, PHASE_COURT_COMMIT)
		case t.Phase == PHASE_COURT_WAIT && t.CourtPlace == nil && t.Queued == 0:
			return fmt.Errorf("tasks: %s: waits for the court and has no place in its line", t.Id)
		}
	}
	for i, c := range g.AppConvictions {
		if i > 0 && g.AppConvictions[i-1].App >= c.App {
			return fmt.Errorf("app_convictions: %q after %q, expected ascending order, each app once", c.App, g.AppConvictions[i-1].App)
		}
	}
	return nil
}
