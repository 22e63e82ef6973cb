package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
)

// Only this file moves coins of the module. The module owes the bonds of open audits, which the tasks record, and the audit
// budget. The budget pays the courts that the chain itself calls. It receives what is left of the stakes of convicted workers and
// of lost bonds.

// postBond takes a challenger's bond for a task.
func (k Keeper) postBond(ctx context.Context, from sdk.AccAddress, task [32]byte, amount uint64) error {
	return k.purse.Deposit(ctx, from, task[:], amount)
}

// setAside takes the cost of a court out of the audit budget, or all of the budget if it is less, and returns what it took.
func (k Keeper) setAside(ctx context.Context, amount uint64) (uint64, error) {
	budget, err := k.auditBudget(ctx)
	if err != nil {
		return 0, err
	}
	amount = min(amount, budget)
	return amount, k.AuditBudget.Set(ctx, budget-amount)
}

// fundAudits adds coins to the audit budget that the module already has.
func (k Keeper) fundAudits(ctx context.Context, amount uint64) error {
	budget, err := k.auditBudget(ctx)
	if err != nil || amount == 0 {
		return err
	}
	return k.AuditBudget.Set(ctx, budget+amount) // at most the supply, which has 64 bits
}

// fundFromStake adds slashed stake to the audit budget; x/workers has just sent it to the module.
func (k Keeper) fundFromStake(ctx context.Context, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if err := k.purse.Receive(ctx, amount); err != nil {
		return err
	}
	return k.fundAudits(ctx, amount)
}

// endBond pays a bond out: to the court, back to the challenger or to the budget that posted it, and the rest to the audit budget.
func (k Keeper) endBond(ctx context.Context, s poco.AuditSettlement, court []sdk.AccAddress) error {
	for i, p := range s.FromBond {
		if err := k.purse.Pay(ctx, court[i], p.Amount); err != nil {
			return err
		}
	}
	if s.Challenger == "" {
		return k.fundAudits(ctx, s.BondBack+s.BondKept)
	}
	to, err := k.addresses.StringToBytes(s.Challenger)
	if err != nil {
		return err
	}
	if err := k.purse.Pay(ctx, to, s.BondBack); err != nil {
		return err
	}
	return k.fundAudits(ctx, s.BondKept)
}

func (k Keeper) auditBudget(ctx context.Context) (uint64, error) {
	budget, _, err := records.FindItem(ctx, k.AuditBudget)
	return budget, err
}

// Solvency returns the module account's balance and what the module owes.
func (k Keeper) Solvency(ctx context.Context) (purse.Balance, error) { return k.purse.Balance(ctx) }
