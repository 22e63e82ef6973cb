package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// The genesis state holds only what cannot be computed: tasks, compact records, ledgers, turns, faults, results on chain and the
// audit budget. The import computes the rest from the tasks: queues, lists of states, assignments, the court's line, planned seats
// and open bonds.

// InitGenesis stores an exported state. It computes indexes, queues and sums from it.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, part := range []func(context.Context, types.GenesisState) error{
		k.initTasks, k.initPruned, k.initLedgers, k.initTurns, k.initFaults, k.initOnchain, k.initAudits, k.initFullBlocks, k.initCourts,
	} {
		if err := part(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initTasks(ctx context.Context, g types.GenesisState) error {
	for _, t := range g.Tasks {
		if err := k.initTask(ctx, t); err != nil {
			return fmt.Errorf("genesis: task %s: %w", t.Id, err)
		}
	}
	return nil
}

func (k Keeper) initPruned(ctx context.Context, g types.GenesisState) error {
	for _, p := range g.Pruned {
		id := p.Id
		p.Id = "" // the key has it
		if err := k.Pruned.Set(ctx, id, p); err != nil {
			return err
		}
	}
	return nil
}

// initLedgers stores the ledgers with the records of their turns, and computes the sums over these.
func (k Keeper) initLedgers(ctx context.Context, g types.GenesisState) error {
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
		if err := poco.Restore(k.turnsOf(ctx, r.Key), r.Turn, rec); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) initTurns(ctx context.Context, g types.GenesisState) error {
	for _, t := range g.Turns {
		if err := k.initTurn(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// initFaults stores the faults in court of seats, and the convictions of apps.
func (k Keeper) initFaults(ctx context.Context, g types.GenesisState) error {
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
	return nil
}

func (k Keeper) initFullBlocks(ctx context.Context, g types.GenesisState) error {
	if g.FullBlocks == 0 {
		return nil
	}
	return k.FullBlocks.Set(ctx, g.FullBlocks)
}

// initAudits stores what audits have found, and opens the purse with the open bonds and the audit budget.
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

// initCourts stores how busy the court is, which it computes from the tasks.
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

// initTask stores a task and its entries in lists.
func (k Keeper) initTask(ctx context.Context, t types.Task) error {
	return steps.Run(
		func() error { return k.Tasks.Set(ctx, t.Id, t) },
		func() error { return k.States.Set(ctx, stateKey(t)) },
		func() error { return k.initQueues(ctx, t) },
		func() error { return k.initPlanned(ctx, t) },
		func() error { return k.initSeats(ctx, t, t.Seats, t.Ended() || t.Final()) },
		// The seats of a court that waits to be called again have nothing to do until then. Those of a task whose answer was
		// accepted have nothing to do any more.
		func() error {
			return k.initSeats(ctx, t, t.Court, t.Final() || t.Phase == types.PHASE_COURT_WAIT || t.Phase == types.PHASE_AUDIT)
		},
	)
}

// initQueues puts a task into the queues in which it waits: of deadlines, of pruning, of the court.
func (k Keeper) initQueues(ctx context.Context, t types.Task) error {
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
	if t.CourtPlace == nil {
		return nil
	}
	return k.setCourtPlace(ctx, t)
}

// initPlanned counts the seats that a task reserves for its coming draw.
func (k Keeper) initPlanned(ctx context.Context, t types.Task) error {
	seats := plannedSeats(t)
	if seats == 0 {
		return nil
	}
	deal, err := k.deals.GetDeal(ctx, t.Deal)
	if err != nil {
		return err
	}
	return k.countPlanned(ctx, deal.Pool, 0, seats)
}

// initSeats records the accounts that hold or held a seat on one of a task's benches. idle says that none of them has work to do.
func (k Keeper) initSeats(ctx context.Context, t types.Task, seats []types.Seat, idle bool) error {
	for _, s := range seats {
		if err := k.History.Set(ctx, historyKey(t, s.Who)); err != nil {
			return err
		}
		if idle {
			continue
		}
		if err := k.Assignments.Set(ctx, collections.Join(s.Who, t.Id)); err != nil {
			return err
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
	if err := k.listWaiting(ctx, t); err != nil {
		return err
	}
	for _, at := range turnPlaces(t) {
		// Asking a ledger without need changes nothing, but not asking could leave a turn waiting.
		if err := k.LedgersToAsk.Set(ctx, at.K1()); err != nil {
			return err
		}
	}
	return nil
}
