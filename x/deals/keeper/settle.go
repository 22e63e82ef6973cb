package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/deals/types"
)

// Settle ends one task of a deal: it pays the task's escrow out, destroys the premium, and gives the rest back to who
// paid. Block hooks alone may call it, once a task. A recipient that the bank lets receive nothing is passed over, and its
// part refunded. Volume that the task took of orders goes back to them when it ends without answer and payments: see
// release.go.
//
// ErrSettlement when payments, premium and refund are not exactly one task's escrow, or every opened task has ended.
func (k Keeper) Settle(ctx context.Context, s types.TaskSettlement) error {
	raw, d, err := k.dealByID(ctx, s.Deal)
	if err != nil {
		return err
	}
	owed, err := d.CheckSettlement(s)
	if err != nil {
		return err
	}
	paid, refunded, err := k.payOut(ctx, d, s, owed)
	if err != nil {
		return err
	}
	was := d.State()
	d = d.EndTask(s, paid, refunded)
	if err := k.setProgress(ctx, raw, d, was); err != nil {
		return err
	}
	if err := k.queueReleases(ctx, raw, d, was, s); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPaid{Deal: s.Deal, Task: s.Task, Paid: paid, Refunded: refunded, Premium: s.Premium})
}
