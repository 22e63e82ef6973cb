package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/workers/types"
)

// An absence costs an organisation little and still harms those who wait for it. A worker is absent when it declines or stays
// silent as a first worker, or has no answer. Each absence is counted for the worker's organisation. Beyond a quota, each further
// one cools the worker down for longer (poco.Absences).

// noteAbsence counts an absence of a worker's organisation. Beyond the quota it also cools the worker down and sets its
// confirmations to 0.
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

// maxPassed bounds the work of sparesJail: how many of a pool's tickets, and how many of an organisation's workers, it reads.
const maxPassed = 128

// sparesJail says whether a worker must not be jailed. This is so if one of its pools would have fewer than jail_floor other
// organisations with a worker that is not jailed.
func (k Keeper) sparesJail(ctx context.Context, params types.Params, w types.Worker) (bool, error) {
	for _, pool := range w.Pools {
		left, err := k.countFree(ctx, pool, w.Organisation, params.JailFloor)
		if err != nil || left < params.JailFloor {
			return true, err
		}
	}
	return false, nil
}

// countFree counts the organisations of a pool, except one, that have a worker which is not jailed. It counts up to most.
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
