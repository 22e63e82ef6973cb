package types

import (
	"fmt"

	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco"
)

// DefaultGenesis is an empty state.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate returns an error about the first thing in the state that is not valid.
func (g GenesisState) Validate() error {
	c := &genesisCheck{
		GenesisState: g,
		tasks:        make(map[string]Task, len(g.Tasks)), ledgers: make(map[string]Ledger, len(g.Ledgers)),
	}
	return steps.Run(
		g.Params.Validate, c.checkTasks, c.checkPruned, c.checkOnchain, c.checkCourts, c.checkAppConvictions,
		c.checkAudits, c.checkConvicted, c.checkAuditCounts, c.checkLedgers, c.checkRecords, c.checkTurns,
	)
}

// genesisCheck checks the lists of a state in order; a check may rely on the lists that were checked before.
type genesisCheck struct {
	GenesisState
	tasks   map[string]Task   // by id
	ledgers map[string]Ledger // by key
}

func (c *genesisCheck) checkTasks() error {
	for _, t := range c.Tasks {
		if _, err := ParseID(t.Id); err != nil {
			return err
		}
		if _, twice := c.tasks[t.Id]; twice {
			return fmt.Errorf("tasks: %s stands twice", t.Id)
		}
		c.tasks[t.Id] = t
		if _, err := t.ToPoco(poco.Terms{}); err != nil {
			return fmt.Errorf("tasks: %s: %w", t.Id, err)
		}
		// A task that the chain could neither process nor end BROKEN is queued for a height after its deadline.
		if t.Queued < t.Deadline {
			return fmt.Errorf("tasks: %s: queued at %d, expected its deadline %d or later", t.Id, t.Queued, t.Deadline)
		}
	}
	return nil
}

func (c *genesisCheck) checkPruned() error {
	seen := make(map[string]bool, len(c.Pruned))
	for _, p := range c.Pruned {
		if err := p.validate(); err != nil {
			return err
		}
		if _, whole := c.tasks[p.Id]; whole || seen[p.Id] {
			return fmt.Errorf("pruned: %s stands twice, or among the tasks", p.Id)
		}
		seen[p.Id] = true
	}
	return nil
}

func (c *genesisCheck) checkLedgers() error {
	for _, l := range c.Ledgers {
		if _, err := l.ToPoco(); err != nil {
			return err
		}
		if _, twice := c.ledgers[l.Key]; twice {
			return fmt.Errorf("ledgers: %q stands twice", l.Key)
		}
		c.ledgers[l.Key] = l
	}
	return nil
}

func (c *genesisCheck) checkRecords() error {
	for _, r := range c.Records {
		l, ok := c.ledgers[r.Key]
		if !ok || r.Turn < l.Head || r.Turn >= l.Next {
			return fmt.Errorf("records: turn %d of ledger %q lies outside of it", r.Turn, r.Key)
		}
		if _, err := r.Record.ToPoco(); err != nil {
			return fmt.Errorf("records: turn %d of ledger %q: %w", r.Turn, r.Key, err)
		}
	}
	return nil
}

func (c *genesisCheck) checkTurns() error {
	for _, t := range c.Turns {
		if _, ok := c.tasks[t.Task]; !ok {
			return fmt.Errorf("turns: task %s is not in the state", t.Task)
		}
		for _, key := range []string{t.ClassKey, t.RequesterKey} {
			if _, ok := c.ledgers[key]; !ok {
				return fmt.Errorf("turns: ledger %q of task %s is not in the state", key, t.Task)
			}
		}
	}
	return nil
}

// checkCourts checks the tasks' places and rooms of the court.
func (c *genesisCheck) checkCourts() error {
	for _, t := range c.Tasks {
		if err := t.checkCourtPlace(c.CourtRound); err != nil {
			return fmt.Errorf("tasks: %s: %w", t.Id, err)
		}
		if t.CourtPace != 0 && t.Phase != PHASE_COURT_COMMIT {
			return fmt.Errorf("tasks: %s: holds room of the court in phase %s, expected %s", t.Id, t.Phase, PHASE_COURT_COMMIT)
		}
	}
	return nil
}

// checkCourtPlace checks a task's place in the court's line; round is the round that was called last.
func (t Task) checkCourtPlace(round uint64) error {
	place := t.CourtPlace
	switch {
	case place == nil && t.Phase == PHASE_COURT_WAIT && t.Queued == 0:
		return fmt.Errorf("waits for the court and has no place in its line")
	case place == nil:
		return nil
	case t.Phase != PHASE_COURT_WAIT:
		return fmt.Errorf("has a place in the court's line in phase %s, expected %s", t.Phase, PHASE_COURT_WAIT)
	case place.Round < max(1, round) || place.Since < 1:
		return fmt.Errorf("round %d, since %d in the court's line, expected round %d or later and a height", place.Round, place.Since, max(1, round))
	}
	return nil
}

func (c *genesisCheck) checkAppConvictions() error {
	for i, a := range c.AppConvictions {
		if i > 0 && c.AppConvictions[i-1].App >= a.App {
			return fmt.Errorf("app_convictions: %q after %q, expected ascending order, each app once", a.App, c.AppConvictions[i-1].App)
		}
	}
	return nil
}
