package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/workers/types"
)

// What an organisation may do at little cost and still harms who waits for it: to decline as a first worker, to be silent as one, to
// have no answer. Each is counted for the organisation, and beyond a quota each cools the worker down for longer (poco.Absences).

// noteAbsence counts an absence of a worker's organisation, and cools the worker down beyond the quota. Then its confirmations
// start again at 0.
func (k Keeper) noteAbsence(ctx context.Context, params types.Params, w *types.Worker, silent bool) error {
	stored, _, err := records.Find(ctx, k.Absences, w.Organisation)
	if err != nil {
		return err
	}
	next, cooling := stored.ToPoco().Note(silent, blockHeight(ctx), params.AbsenceRule())
	if err := k.Absences.Set(ctx, w.Organisation, types.AbsencesFromPoco(w.Organisation, next)); err != nil || cooling == 0 {
		return err
	}
	w.Record.Confirmations = 0
	return k.coolFor(ctx, w, cooling)
}

// maxPassed bounds how many of a pool's tickets, and of an organisation's workers, are looked at for those that are left.
const maxPassed = 128

// sparesJail says whether each pool of a worker keeps, without its organisation, as many organisations with a worker that is not
// jailed as the floor says.
func (k Keeper) sparesJail(ctx context.Context, params types.Params, w types.Worker) (bool, error) {
	for _, pool := range w.Pools {
		left, err := k.countFree(ctx, pool, w.Organisation, params.JailFloor)
		if err != nil || left < params.JailFloor {
			return true, err
		}
	}
	return false, nil
}

// countFree counts the organisations of a pool that have a worker which is not jailed, but for one, up to most.
func (k Keeper) countFree(ctx context.Context, pool, but string, most uint32) (n uint32, err error) {
	tickets, err := k.Tickets(ctx, pool)
	if err != nil {
		return 0, err
	}
	for ticket := range min(tickets, maxPassed) {
		if n >= most {
			break
		}
		org, found, err := k.TicketHolderAt(ctx, pool, ticket)
		if err != nil {
			return 0, err
		}
		if !found || org == but {
			continue
		}
		free, err := k.hasFreeWorker(ctx, pool, org)
		if err != nil {
			return 0, err
		}
		if free {
			n++
		}
	}
	return n, nil
}

// hasFreeWorker says whether an organisation has a worker in a pool that is not jailed.
func (k Keeper) hasFreeWorker(ctx context.Context, pool, org string) (free bool, err error) {
	seen := 0
	err = k.WorkersOf.Walk(ctx, collections.NewPrefixedPairRange[string, string](org), func(key pair) (bool, error) {
		w, err := k.GetWorker(ctx, key.K2())
		if err != nil {
			return true, err
		}
		free = !w.Jailed && slices.Contains(w.Pools, pool)
		seen++
		return free || seen >= maxPassed, nil
	})
	return free, err
}
