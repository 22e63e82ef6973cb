package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/deals/types"
)

// Settle ends one task of a deal. It pays the task's escrow out, destroys the premium, and gives the rest back to the payer. When the bank
// lets a recipient receive nothing, its payment is refunded too. When the task ends without an answer and without payments, its volume
// goes back to the orders (release.go). Block hooks alone may call Settle, once for each task.
//
// ErrSettlement when payments, premium and refund are not exactly one task's escrow, or when every opened task has ended.
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
