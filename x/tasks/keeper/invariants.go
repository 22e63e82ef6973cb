package keeper

import (
	"context"
	"fmt"
	"maps"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/x/tasks/types"
)

// CheckInvariants checks the state between two blocks: the module owes exactly the bonds of open audits and the audit budget, and
// has the coins; each final task is once in the queue of pruning; the waiting turns are listed and counted. It walks over all
// tasks, and is for tests.
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
	if err := k.checkPrunes(ctx, final); err != nil {
		return err
	}
	if err := k.checkWaiting(ctx); err != nil {
		return err
	}
	return k.purse.Check(ctx, types.SumOwed(bonded, budget))
}

// checkWaiting checks that the lists and counts of waiting turns agree with the turns.
func (k Keeper) checkWaiting(ctx context.Context) error {
	name := func(at collections.Pair[string, uint64]) string { return fmt.Sprintf("%s/%d", at.K1(), at.K2()) }
	wantListed, wantCounted := map[string]string{}, map[string]uint64{}
	listed, counted := map[string]string{}, map[string]uint64{}
	err := steps.Run(
		func() error {
			return k.Turns.Walk(ctx, nil, func(_ string, t types.Turn) (bool, error) {
				for _, at := range turnPlaces(t) {
					if t.Waiting {
						wantListed[name(at)] = t.Task
						wantCounted[at.K1()]++
					}
				}
				return false, nil
			})
		},
		func() error {
			return k.Waiting.Walk(ctx, nil, func(at collections.Pair[string, uint64], task string) (bool, error) {
				listed[name(at)] = task
				return false, nil
			})
		},
		func() error {
			return k.WaitingCounts.Walk(ctx, nil, func(ledger string, n uint64) (bool, error) {
				counted[ledger] = n
				return false, nil
			})
		},
	)
	if err != nil {
		return err
	}
	if !maps.Equal(listed, wantListed) {
		return fmt.Errorf("waiting: %d turns, expected the %d that say so", len(listed), len(wantListed))
	}
	if !maps.Equal(counted, wantCounted) {
		return fmt.Errorf("waiting counts: %v, expected %v", counted, wantCounted)
	}
	return nil
}

// checkPrunes checks that the queue of pruning has each final task once, and no other task.
func (k Keeper) checkPrunes(ctx context.Context, final map[string]bool) error {
	err := k.Prunes.Walk(ctx, nil, func(key collections.Pair[int64, string]) (bool, error) {
		if !final[key.K2()] {
			return true, fmt.Errorf("prunes: %s at height %d, expected each final task once", key.K2(), key.K1())
		}
		delete(final, key.K2())
		return false, nil
	})
	if err == nil && len(final) > 0 {
		return fmt.Errorf("prunes: %d final tasks are missing", len(final))
	}
	return err
}
