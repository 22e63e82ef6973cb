package keeper

import (
	"context"

	"github.com/credence-chain/credence/poco"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// Lock gives a drawn worker an assignment: it takes a slot and locks amount, in ucred, of the worker's stake. It returns
// ErrNotDrawable when the worker or its organisation takes no assignments, and ErrStake when less than amount is free.
func (k Keeper) Lock(ctx context.Context, worker string, amount uint64) error {
	_, err := k.changeWorker(ctx, worker, func(w *types.Worker) error {
		if err := w.Available(); err != nil {
			return err
		}
		if active, err := k.orgs.HasRole(ctx, w.Organisation, orgstypes.ROLE_WORKER); err != nil {
			return err
		} else if !active {
			return types.ErrNotDrawable.Wrapf("%s: organisation %s is revoked or no worker", w.Address, w.Organisation)
		}
		if amount > w.Free() {
			return types.ErrStake.Wrapf("lock of %s: %d ucred, expected at most the %d free", w.Address, amount, w.Free())
		}
		w.Busy++
		w.Locked += amount
		return nil
	})
	return err
}

// Release ends an assignment without a settlement, when a first worker declined (FaultNone), was silent or abstained and its task
// goes on without it. It frees the stake and puts the fault on the worker's record.
func (k Keeper) Release(ctx context.Context, worker string, amount uint64, fault poco.Fault) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	_, err = k.changeWorker(ctx, worker, func(w *types.Worker) error {
		if err := endAssignment(w, amount); err != nil {
			return err
		}
		if fault == poco.FaultNone {
			return k.noteAbsence(ctx, params, w, false)
		}
		return k.recordFault(ctx, params, w, fault, poco.Outage{})
	})
	return err
}

// endAssignment frees the slot and the stake of an assignment.
func endAssignment(w *types.Worker, amount uint64) error {
	if w.Busy == 0 {
		return types.ErrSettlement.Wrapf("worker %s: has no assignment", w.Address)
	}
	if err := freeStake(w, amount); err != nil {
		return err
	}
	w.Busy--
	return nil
}

// freeStake frees the stake of an assignment.
func freeStake(w *types.Worker, amount uint64) error {
	if amount > w.Locked {
		return types.ErrSettlement.Wrapf("unlock of %s: %d ucred, expected at most the %d locked", w.Address, amount, w.Locked)
	}
	w.Locked -= amount
	return nil
}
