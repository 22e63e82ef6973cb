package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// This file is the one place where the module's coins move, each time together with what is owed.

func coins(amount uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(types.Denom, math.NewIntFromUint64(amount)))
}

// lock takes a request's escrow from its requester and queues the request at a height.
//
// A transaction locks by the bank's virtual send, and leaves what it locked in its own queue entry; foldOwed adds it to
// Owed at the end of the block. So no two transactions share a key. Outside of a transaction, where a message of a
// passed proposal runs, the bank's EndBlock may be over: there coins and counter move at once.
func (k Keeper) lock(ctx context.Context, from sdk.AccAddress, due int64, id []byte, amount uint64) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if len(sdkCtx.TxBytes()) > 0 {
		if err := k.bank.SendCoinsFromAccountToModuleVirtual(ctx, from, types.ModuleName, coins(amount)); err != nil {
			return err
		}
		return k.Queue.Set(ctx, collections.Join(due, id), amount)
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, from, types.ModuleName, coins(amount)); err != nil {
		return err
	}
	if err := k.addOwed(ctx, math.NewIntFromUint64(amount)); err != nil {
		return err
	}
	return k.Queue.Set(ctx, collections.Join(due, id), 0)
}

// foldOwed adds what this block's transactions locked, which is queued for the next height.
func (k Keeper) foldOwed(ctx context.Context) error {
	next := sdk.UnwrapSDKContext(ctx).BlockHeight() + 1
	sum := math.ZeroInt()
	err := k.Queue.Walk(ctx, collections.NewPrefixedPairRange[int64, []byte](next), func(_ queueKey, locked uint64) (bool, error) {
		sum = sum.Add(math.NewIntFromUint64(locked))
		return false, nil
	})
	if err != nil || sum.IsZero() {
		return err
	}
	return k.addOwed(ctx, sum)
}

// pay sends escrow on to an account. Block hooks alone may call it.
func (k Keeper) pay(ctx context.Context, to sdk.AccAddress, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, to, coins(amount)); err != nil {
		return err
	}
	return k.addOwed(ctx, math.NewIntFromUint64(amount).Neg())
}

// refund is pay to an address in text.
func (k Keeper) refund(ctx context.Context, to string, amount uint64) error {
	addr, err := k.addresses.StringToBytes(to)
	if err != nil {
		return types.ErrRequester.Wrapf("%q: %s", to, err)
	}
	return k.pay(ctx, addr, amount)
}

func (k Keeper) addOwed(ctx context.Context, delta math.Int) error {
	owed, err := k.owed(ctx)
	if err != nil {
		return err
	}
	if owed = owed.Add(delta); owed.IsNegative() {
		return types.ErrInsolvent.Wrapf("owed: would become %s", owed)
	}
	return k.Owed.Set(ctx, owed)
}

func (k Keeper) owed(ctx context.Context) (math.Int, error) {
	owed, err := k.Owed.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return math.ZeroInt(), nil
	}
	return owed, err
}

// Solvency returns the module account's balance and what the module owes, in ucred. It holds between blocks; within
// one, what transactions have locked so far is in neither.
func (k Keeper) Solvency(ctx context.Context) (balance, owed math.Int, err error) {
	balance = k.bank.GetBalance(ctx, k.accounts.GetModuleAddress(types.ModuleName), types.Denom).Amount
	owed, err = k.owed(ctx)
	return balance, owed, err
}
