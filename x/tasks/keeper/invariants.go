package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/tasks/types"
)

// CheckInvariants checks between two blocks that the module owes exactly the bonds of open audits and the audit budget, that it has the
// coins, and that each final task is once in the queue of pruning. It walks over all tasks, and is for tests.
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
	return k.purse.Check(ctx, types.SumOwed(bonded, budget))
}

// checkPrunes checks that the queue of what is to be pruned has each final task once, and none beside.
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
