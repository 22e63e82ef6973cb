package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// InitGenesis stores an exported state; indexes, queue and sums follow from it.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, t := range g.Tasks {
		if err := k.initTask(ctx, t); err != nil {
			return fmt.Errorf("genesis: task %s: %w", t.Id, err)
		}
	}
	for _, p := range g.Pruned {
		id := p.Id
		p.Id = "" // the key has it
		if err := k.Pruned.Set(ctx, id, p); err != nil {
			return err
		}
		if err := k.ByDeal.Set(ctx, collections.Join(p.Deal, p.Index), id); err != nil {
			return err
		}
	}
	for _, l := range g.Ledgers {
		if err := k.Ledgers.Set(ctx, l.Key, l); err != nil {
			return err
		}
	}
	for _, r := range g.Records {
		rec, err := r.Record.ToPoco()
		if err != nil {
			return err
		}
		if err := poco.Restore(turns{k, ctx, r.Key}, r.Turn, rec); err != nil {
			return err
		}
	}
	for _, t := range g.Turns {
		if err := k.initTurn(ctx, t); err != nil {
			return err
		}
	}
	for _, s := range g.CourtSilences {
		if err := k.CourtSilences.Set(ctx, s.Organisation, s); err != nil {
			return err
		}
	}
	for _, c := range g.AppConvictions {
		if err := k.AppConvictions.Set(ctx, c.App, c); err != nil {
			return err
		}
	}
	if err := k.initOnchain(ctx, g.Onchain); err != nil {
		return err
	}
	if err := k.initAudits(ctx, g); err != nil {
		return err
	}
	if g.FullBlocks > 0 {
		if err := k.FullBlocks.Set(ctx, g.FullBlocks); err != nil {
			return err
		}
	}
	return k.initCourts(ctx, g)
}

// initAudits stores what audits have found, and opens the purse with the bonds that stand and the budget.
func (k Keeper) initAudits(ctx context.Context, g types.GenesisState) error {
	for _, c := range g.Convicted {
		if err := k.Convicted.Set(ctx, c.Organisation, c.Height); err != nil {
			return err
		}
	}
	for _, c := range g.AuditCounts {
		if err := k.AuditCounts.Set(ctx, uint32(c.Cause), c); err != nil {
			return err
		}
	}
	if err := k.fundAudits(ctx, g.AuditBudget); err != nil {
		return err
	}
	return k.purse.Open(ctx, types.SumOwed(g.Tasks, g.AuditBudget))
}

// initCourts stores how busy the court is, which follows from the tasks.
func (k Keeper) initCourts(ctx context.Context, g types.GenesisState) error {
	courts := types.Courts{Round: g.CourtRound}
	for _, t := range g.Tasks {
		if t.CourtPlace != nil {
			courts.Waiting++
		}
		if t.CourtPace != 0 {
			courts.Sessions++
			courts.Pace = addPace(courts.Pace, t.CourtPace)
		}
	}
	if courts == (types.Courts{}) {
		return nil
	}
	return k.Courts.Set(ctx, courts)
}

func (k Keeper) initTask(ctx context.Context, t types.Task) error {
	if err := k.Tasks.Set(ctx, t.Id, t); err != nil {
		return err
	}
	if err := k.ByDeal.Set(ctx, collections.Join(t.Deal, t.Index), t.Id); err != nil {
		return err
	}
	if t.Queued != 0 {
		if err := k.Queue.Set(ctx, t.QueueKey()); err != nil {
			return err
		}
	}
	if t.Final() {
		if err := k.queuePruning(ctx, t); err != nil {
			return err
		}
	}
	if seats := plannedSeats(t); seats > 0 {
		deal, err := k.deals.GetDeal(ctx, t.Deal)
		if err != nil {
			return err
		}
		if err := k.countPlanned(ctx, deal.Pool, 0, seats); err != nil {
			return err
		}
	}
	if t.CourtPlace != nil {
		if err := k.setCourtPlace(ctx, t); err != nil {
			return err
		}
	}
	if err := k.States.Set(ctx, collections.Join3(t.StateKey(), uint64(t.Opened), t.Id)); err != nil {
		return err
	}
	for bench, seats := range [][]types.Seat{t.Seats, t.Court} {
		for _, s := range seats {
			if err := k.History.Set(ctx, historyKey(t, s.Who)); err != nil {
				return err
			}
			// Who sat in a court that is to be called again has nothing to do until it is, and whose answer was accepted has
			// nothing to do any more.
			if t.Phase == types.PHASE_DONE || bench == 0 && t.Ended() ||
				bench == 1 && (t.Phase == types.PHASE_COURT_WAIT || t.Phase == types.PHASE_AUDIT) {
				continue
			}
			if err := k.Assignments.Set(ctx, collections.Join(s.Who, t.Id)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k Keeper) initTurn(ctx context.Context, t types.Turn) error {
	if err := k.Turns.Set(ctx, t.Task, t); err != nil {
		return err
	}
	if !t.Waiting {
		return nil
	}
	for _, at := range []collections.Pair[string, uint64]{
		collections.Join(t.ClassKey, t.ClassTurn), collections.Join(t.RequesterKey, t.RequesterTurn),
	} {
		if err := k.Waiting.Set(ctx, at, t.Task); err != nil {
			return err
		}
		// Asking once too often changes nothing; forgetting to ask would.
		if err := k.Wake.Set(ctx, at.K1()); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the whole state. Ledgers, allowances, unsettled charges and draw order are never pruned.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	g := &types.GenesisState{}
	var err error
	if g.Params, err = k.Params.Get(ctx); err != nil {
		return nil, err
	}
	if err := k.Tasks.Walk(ctx, nil, func(_ string, t types.Task) (bool, error) {
		g.Tasks = append(g.Tasks, t)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.Pruned.Walk(ctx, nil, func(id string, p types.PrunedTask) (bool, error) {
		p.Id = id
		g.Pruned = append(g.Pruned, p)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.Ledgers.Walk(ctx, nil, func(_ string, l types.Ledger) (bool, error) {
		g.Ledgers = append(g.Ledgers, l)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.Records.Walk(ctx, nil, func(key collections.Pair[string, uint64], r types.TurnRecord) (bool, error) {
		g.Records = append(g.Records, types.LedgerTurn{Key: key.K1(), Turn: key.K2(), Record: r})
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.Turns.Walk(ctx, nil, func(_ string, t types.Turn) (bool, error) {
		g.Turns = append(g.Turns, t)
		return false, nil
	}); err != nil {
		return nil, err
	}
	courts, err := k.courts(ctx)
	if err != nil {
		return nil, err
	}
	g.CourtRound = courts.Round
	if g.FullBlocks, _, err = records.FindItem(ctx, k.FullBlocks); err != nil {
		return nil, err
	}
	if g.Onchain, err = k.exportOnchain(ctx); err != nil {
		return nil, err
	}
	if err := k.exportAudits(ctx, g); err != nil {
		return nil, err
	}
	if err := k.AppConvictions.Walk(ctx, nil, func(_ string, c types.AppConvictions) (bool, error) {
		g.AppConvictions = append(g.AppConvictions, c)
		return false, nil
	}); err != nil {
		return nil, err
	}
	return g, k.CourtSilences.Walk(ctx, nil, func(_ string, s types.CourtSilence) (bool, error) {
		g.CourtSilences = append(g.CourtSilences, s)
		return false, nil
	})
}

func (k Keeper) exportAudits(ctx context.Context, g *types.GenesisState) error {
	var err error
	if g.AuditBudget, err = k.auditBudget(ctx); err != nil {
		return err
	}
	if err := k.Convicted.Walk(ctx, nil, func(org string, height int64) (bool, error) {
		g.Convicted = append(g.Convicted, types.Conviction{Organisation: org, Height: height})
		return false, nil
	}); err != nil {
		return err
	}
	g.AuditCounts, err = k.auditCounts(ctx)
	return err
}

// CheckInvariants checks between two blocks that the module owes the bonds of open audits and the audit budget, and has the
// coins, and that each final task stands once in the queue of what is to be pruned. It walks over all tasks: it is for tests.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	budget, err := k.auditBudget(ctx)
	if err != nil {
		return err
	}
	var bonded []types.Task
	final := map[string]bool{}
	if err := k.Tasks.Walk(ctx, nil, func(_ string, t types.Task) (bool, error) {
		if t.OpenBond() > 0 {
			bonded = append(bonded, t)
		}
		if t.Final() {
			final[t.Id] = true
		}
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.Prunes.Walk(ctx, nil, func(key collections.Pair[int64, string]) (bool, error) {
		if !final[key.K2()] {
			return true, fmt.Errorf("prunes: %s at height %d, expected each final task once", key.K2(), key.K1())
		}
		delete(final, key.K2())
		return false, nil
	}); err != nil {
		return err
	}
	if len(final) > 0 {
		return fmt.Errorf("prunes: %d final tasks are missing", len(final))
	}
	return k.purse.Check(ctx, types.SumOwed(bonded, budget))
}
