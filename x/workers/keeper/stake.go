package keeper

import (
	"context"
	"errors"
	"math"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/workers/types"
)

// depositStake, withdrawStake and burnStake are the only functions that move coins. Each changes Owed by the same amount, so
// that the module's account always holds at least the stake that it owes.

// depositStake takes stake from an account.
func (k Keeper) depositStake(ctx context.Context, from sdk.AccAddress, amount uint64) error {
	owed, err := k.readOwed(ctx)
	if err != nil || amount == 0 {
		return err
	}
	if amount > math.MaxUint64-owed {
		return types.ErrStake.Wrapf("amount: %d ucred, the stake of all workers would exceed 64 bits", amount)
	}
	if err := k.bank.SendCoins(ctx, from, k.moduleAccount(), coinsOf(amount)); err != nil {
		return err
	}
	return k.Owed.Set(ctx, owed+amount)
}

// depositFrom takes stake from an account that is named by its text.
func (k Keeper) depositFrom(ctx context.Context, owner string, amount uint64) error {
	from, err := k.addresses.StringToBytes(owner)
	if err != nil {
		return err
	}
	return k.depositStake(ctx, from, amount)
}

// withdrawStake pays stake, the worker's own or slashed, to an account. It does not ask whether the account may receive coins
// from users, because a payment that the protocol owes must not depend on this.
func (k Keeper) withdrawStake(ctx context.Context, to sdk.AccAddress, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if err := k.bank.SendCoins(ctx, k.moduleAccount(), to, coinsOf(amount)); err != nil {
		return err
	}
	return k.reduceOwed(ctx, amount)
}

// burnStake destroys slashed stake.
func (k Keeper) burnStake(ctx context.Context, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if err := k.bank.BurnCoins(ctx, types.ModuleName, coinsOf(amount)); err != nil {
		return err
	}
	return k.reduceOwed(ctx, amount)
}

func (k Keeper) reduceOwed(ctx context.Context, amount uint64) error {
	owed, err := k.readOwed(ctx)
	if err != nil {
		return err
	}
	if amount > owed {
		return types.ErrStake.Wrapf("amount: %d ucred, expected at most the %d owed", amount, owed)
	}
	return k.Owed.Set(ctx, owed-amount)
}

func (k Keeper) readOwed(ctx context.Context) (uint64, error) {
	owed, err := k.Owed.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return owed, err
}

// Solvency returns the coins of the module account and the stake that it owes, in ucred. The module is solvent while balance >=
// owed.
func (k Keeper) Solvency(ctx context.Context) (balance, owed uint64, err error) {
	amount := k.bank.GetBalance(ctx, k.moduleAccount(), types.Denom).Amount
	balance = math.MaxUint64
	if amount.IsUint64() {
		balance = amount.Uint64()
	}
	owed, err = k.readOwed(ctx)
	return balance, owed, err
}

// Unbond asks back amount, in ucred, of a worker's stake: at most the part that is bonded and not locked. The block hook of the
// returned height pays the amount to the owner. From now on the amount cannot be locked.
//
// The payments of all owners wait in one queue, of which a block pays a bounded number. So the queue itself is bounded. A worker
// has at most MaxUnbondings in it, and those of one block count as one (ErrUnbondings). Each takes at least min_unbond, or all
// free stake while no other unbonding of the worker waits (ErrStake). So the queue is never longer than all unbonding stake /
// min_unbond + the number of workers, nor longer than MaxUnbondings times that number.
func (k Keeper) Unbond(ctx context.Context, worker string, amount uint64) (due int64, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	due = blockHeight(ctx) + params.UnbondingBlocks
	key := collections.Join(uint64(due), worker)
	waits, err := readCount(ctx, k.Unbondings, key)
	if err != nil {
		return 0, err
	}
	open, err := readCount(ctx, k.OpenUnbondings, worker)
	if err != nil {
		return 0, err
	}
	w, err := k.changeWorker(ctx, worker, func(w *types.Worker) error {
		if amount == 0 || amount > w.Free() {
			return types.ErrStake.Wrapf("amount: %d ucred, expected 1 to %d, the part that is bonded and not locked", amount, w.Free())
		}
		if waits == 0 { // otherwise it is added to an unbonding of this block
			if err := checkNewUnbonding(*w, amount, open, params); err != nil {
				return err
			}
		}
		w.Bonded -= amount
		w.Unbonding += amount
		return nil
	})
	if err != nil {
		return 0, err
	}
	if err := k.enqueueUnbonding(ctx, key, amount); err != nil {
		return 0, err
	}
	return due, emitChange(ctx, w, "unbonding", amount)
}

// checkNewUnbonding refuses an unbonding when too many wait already, or when it is too small.
func checkNewUnbonding(w types.Worker, amount, open uint64, params types.Params) error {
	if open >= types.MaxUnbondings {
		return types.ErrUnbondings.Wrapf("%s: %d wait to be paid, expected at most %d with this one", w.Address, open, types.MaxUnbondings)
	}
	last := amount == w.Free() && open == 0
	if amount < params.MinUnbond && !last {
		return types.ErrStake.Wrapf("amount: %d ucred, expected at least %d, or all %d that is free while nothing else is unbonding",
			amount, params.MinUnbond, w.Free())
	}
	return nil
}

// enqueueUnbonding adds an amount to a worker's unbonding that is due at a height.
func (k Keeper) enqueueUnbonding(ctx context.Context, key queued, amount uint64) error {
	waits, err := readCount(ctx, k.Unbondings, key)
	if err != nil {
		return err
	}
	if waits == 0 {
		open, err := readCount(ctx, k.OpenUnbondings, key.K2())
		if err != nil {
			return err
		}
		if err := writeCount(ctx, k.OpenUnbondings, key.K2(), open+1); err != nil {
			return err
		}
	}
	return k.Unbondings.Set(ctx, key, waits+amount)
}

// dequeueUnbonding removes an unbonding from the queue.
func (k Keeper) dequeueUnbonding(ctx context.Context, key queued) error {
	open, err := readCount(ctx, k.OpenUnbondings, key.K2())
	if err != nil {
		return err
	}
	if open > 0 { // always true if the count is right
		if err := writeCount(ctx, k.OpenUnbondings, key.K2(), open-1); err != nil {
			return err
		}
	}
	return k.Unbondings.Remove(ctx, key)
}

// Bond adds amount, paid by the owner, to a worker's stake.
func (k Keeper) Bond(ctx context.Context, worker string, amount uint64) error {
	if amount == 0 {
		return types.ErrStake.Wrap("amount: 0 ucred, expected at least 1")
	}
	w, err := k.changeWorker(ctx, worker, func(w *types.Worker) error {
		w.Bonded += amount // if this overflows, the deposit fails below: bonded is a part of the sum that it checks
		return k.depositFrom(ctx, w.Owner, amount)
	})
	if err != nil {
		return err
	}
	return emitChange(ctx, w, "bonded", amount)
}

func (k Keeper) moduleAccount() sdk.AccAddress { return k.accounts.GetModuleAddress(types.ModuleName) }

func coinsOf(amount uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(types.Denom, sdkmath.NewIntFromUint64(amount)))
}
