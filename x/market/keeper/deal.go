package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/market/types"
)

// GetDeal returns a deal, or ErrNotFound.
func (k Keeper) GetDeal(ctx context.Context, id string) (types.Deal, error) {
	_, d, err := get(ctx, k.Deals, "deal", id)
	return d, err
}

// Settle ends one task of a deal: it pays the task's escrow out, the rest back to the requester. Block hooks alone may
// call it, once a task. A recipient that the bank lets receive nothing is passed over, and its part refunded.
//
// ErrSettlement when the payments and the refund are not exactly one task's escrow, or every opened task has ended.
func (k Keeper) Settle(ctx context.Context, dealID, taskID string, pays []types.EscrowPay, refund uint64, accepted bool) error {
	raw, d, err := get(ctx, k.Deals, "deal", dealID)
	if err != nil {
		return err
	}
	paid, err := d.CheckSettlement(pays, refund)
	if err != nil {
		return err
	}
	for _, p := range pays {
		if k.bank.BlockedAddr(p.To) {
			paid -= p.Amount
			refund += p.Amount
			continue
		}
		if err := k.pay(ctx, p.To, p.Amount); err != nil {
			return err
		}
	}
	if err := k.refund(ctx, d.Requester, refund); err != nil {
		return err
	}
	d.Escrow -= paid + refund
	d.Paid += paid
	d.Refunded += refund
	d.Ended++
	if accepted {
		d.Accepted++
	}
	if err := k.Deals.Set(ctx, raw, d); err != nil {
		return err
	}
	return emit(ctx, &types.EventPaid{Deal: dealID, Task: taskID, Paid: paid, Refunded: refund})
}
