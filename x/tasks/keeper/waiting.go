package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Only this file records that turns begin or cease to wait: in the list of each of their ledgers, and in its count.

// setWaiting puts a turn on the lists of both ledgers, or removes it. The caller stores the turn.
func (k Keeper) setWaiting(ctx context.Context, turn *types.Turn, waiting bool) error {
	if turn.Waiting == waiting {
		return nil
	}
	turn.Waiting = waiting
	if waiting {
		return k.listWaiting(ctx, *turn)
	}
	for _, at := range turnPlaces(*turn) {
		if err := k.Waiting.Remove(ctx, at); err != nil {
			return err
		}
		if err := k.countWaiting(ctx, at.K1(), -1); err != nil {
			return err
		}
	}
	return nil
}

// listWaiting puts a turn on the lists of both ledgers.
func (k Keeper) listWaiting(ctx context.Context, turn types.Turn) error {
	for _, at := range turnPlaces(turn) {
		if err := k.Waiting.Set(ctx, at, turn.Task); err != nil {
			return err
		}
		if err := k.countWaiting(ctx, at.K1(), 1); err != nil {
			return err
		}
	}
	return nil
}

// countWaiting changes the number of turns that wait in a ledger.
func (k Keeper) countWaiting(ctx context.Context, ledger string, by int64) error {
	n, _, err := records.Find(ctx, k.WaitingCounts, ledger)
	if err != nil {
		return err
	}
	if n = uint64(int64(n) + by); n == 0 {
		return k.WaitingCounts.Remove(ctx, ledger)
	}
	return k.WaitingCounts.Set(ctx, ledger, n)
}

// noteLedgerToAsk records that a ledger is to be asked again, if turns after the settled one wait in it. In most ledgers no turn
// waits; the count says so without an iterator.
func (k Keeper) noteLedgerToAsk(ctx context.Context, ledger string, settled uint64) error {
	some, err := k.WaitingCounts.Has(ctx, ledger)
	if err != nil || !some {
		return err
	}
	rng := collections.NewPrefixedPairRange[string, uint64](ledger).StartExclusive(settled)
	_, found, err := records.First(ctx, k.Waiting, rng)
	if err != nil || !found {
		return err
	}
	return k.LedgersToAsk.Set(ctx, ledger)
}
