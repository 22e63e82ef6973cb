package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/market/types"
)

// GetDeal returns a deal with its progress, or ErrNotFound. The arguments and inputs are not in it: they can be large, and
// nothing in the state is decided by them. WholeDeal has them.
func (k Keeper) GetDeal(ctx context.Context, id string) (types.Deal, error) {
	_, d, err := k.dealByID(ctx, id)
	return d, err
}

func (k Keeper) dealByID(ctx context.Context, id string) (raw []byte, d types.Deal, err error) {
	raw, d, err = get(ctx, k.Deals, "deal", id)
	if err != nil {
		return raw, d, err
	}
	p, err := k.Progress.Get(ctx, raw)
	return raw, d.With(p), err
}

func (k Keeper) dealByKey(ctx context.Context, raw []byte) (types.Deal, error) {
	d, err := k.Deals.Get(ctx, raw)
	if err != nil {
		return d, err
	}
	p, err := k.Progress.Get(ctx, raw)
	return d.With(p), err
}

// WholeDeal returns a deal as a worker needs it, with the arguments, inputs and execution of its request; ErrNotFound.
func (k Keeper) WholeDeal(ctx context.Context, id string) (types.Deal, error) {
	_, d, err := k.dealByID(ctx, id)
	if err != nil {
		return d, err
	}
	return k.attachJob(ctx, d)
}

func (k Keeper) attachJob(ctx context.Context, d types.Deal) (types.Deal, error) {
	_, r, err := get(ctx, k.Requests, "request", d.Request)
	d.Args, d.Inputs, d.Execution = r.Job.Args, r.Job.Inputs, r.Job.Execution
	return d, err
}

// setDeal stores a new deal, its progress and its index, and puts it in the opening queue.
func (k Keeper) setDeal(ctx context.Context, raw []byte, d types.Deal) error {
	if err := k.Deals.Set(ctx, raw, d.Stored()); err != nil {
		return err
	}
	if err := k.Progress.Set(ctx, raw, d.Progress()); err != nil {
		return err
	}
	if err := k.indexDeal(ctx, raw, d, types.DEAL_STATE_UNSPECIFIED); err != nil || d.Unopened() == 0 {
		return err
	}
	return k.enqueueOpening(ctx, raw)
}

// setProgress stores how far a deal has come, and moves it in the index when its last task has ended.
func (k Keeper) setProgress(ctx context.Context, raw []byte, d types.Deal, was types.DealState) error {
	if err := k.Progress.Set(ctx, raw, d.Progress()); err != nil || d.State() == was {
		return err
	}
	return k.indexDeal(ctx, raw, d, was)
}

// Settle ends one task of a deal: it pays the task's escrow out, the rest back to who paid. Block hooks alone may call
// it, once a task. A recipient that the bank lets receive nothing is passed over, and its part refunded. Volume that the
// task took of orders goes back to them when it ends without answer and payments: see release.go.
//
// ErrSettlement when the payments and the refund are not exactly one task's escrow, or every opened task has ended.
func (k Keeper) Settle(ctx context.Context, s types.TaskSettlement) error {
	raw, d, err := k.dealByID(ctx, s.Deal)
	if err != nil {
		return err
	}
	refund := s.Refund
	paid, err := d.CheckSettlement(s.Pays, refund)
	if err != nil {
		return err
	}
	for _, p := range s.Pays {
		if k.bank.BlockedAddr(p.To) {
			paid -= p.Amount
			refund += p.Amount
			continue
		}
		if err := k.payCoins(ctx, p.To, p.Amount); err != nil {
			return err
		}
	}
	if err := k.refundPayer(ctx, payerOfDeal(d), refund); err != nil {
		return err
	}
	was := d.State()
	d.Escrow -= paid + refund
	d.Paid += paid
	d.Refunded += refund
	d.Ended++
	if s.Accepted {
		d.Accepted++
	} else if s.Unused() {
		d.Unused++
	}
	if err := k.setProgress(ctx, raw, d, was); err != nil {
		return err
	}
	if s.Unused() {
		if err := k.queueTaskReleases(ctx, raw, d, s.Index, 1); err != nil {
			return err
		}
	}
	if d.State() != was && d.Unused > d.Released {
		if err := k.queueDealRelease(ctx, raw); err != nil {
			return err
		}
	}
	return emit(ctx, &types.EventPaid{Deal: s.Deal, Task: s.Task, Paid: paid, Refunded: refund})
}
