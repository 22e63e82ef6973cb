package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/supply/types"
)

// Mint makes coins for an account, as the council decided, and returns the number of the decision. It returns ErrCap when more
// than mint_cap would be minted within year_blocks, or ErrInvalid.
func (k Keeper) Mint(ctx context.Context, to string, amount uint64, reason string) (number uint64, err error) {
	if err := types.ValidateDecision(amount, reason); err != nil {
		return 0, err
	}
	account, err := k.addresses.StringToBytes(to)
	if err != nil {
		return 0, types.ErrInvalid.Wrapf("to: %q: %s", to, err)
	}
	if k.bank.BlockedAddr(account) {
		return 0, types.ErrInvalid.Wrapf("to: %s is the account of a module, which holds what it owes; expected another", to)
	}
	left, err := k.mintable(ctx, height(ctx))
	if err != nil {
		return 0, err
	}
	if amount > left {
		params, err := k.Params.Get(ctx)
		if err != nil {
			return 0, err
		}
		return 0, types.ErrCap.Wrapf("amount: %d ucred, expected at most %d of mint_cap = %d within %d blocks", amount, left, params.MintCap, params.YearBlocks)
	}
	if err := k.bank.MintCoins(ctx, types.ModuleName, coinsOf(amount)); err != nil {
		return 0, err
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, account, coinsOf(amount)); err != nil {
		return 0, err
	}
	if err := k.countCause(ctx, types.Minted, math.NewIntFromUint64(amount)); err != nil {
		return 0, err
	}
	before, err := k.NextMint.Next(ctx)
	if err != nil {
		return 0, err
	}
	mint := types.Mint{Number: before + 1, Height: height(ctx), To: to, Amount: amount, Reason: reason}
	if err := k.Mints.Set(ctx, mint.Number, mint); err != nil {
		return 0, err
	}
	return mint.Number, emitEvent(ctx, &types.EventMinted{Number: mint.Number, To: to, Amount: amount, Reason: reason})
}

// mintable returns how much may still be minted at a height, in ucred. It walks back over the decisions of a year; these are few,
// since each took a vote of the council.
func (k Keeper) mintable(ctx context.Context, at int64) (left uint64, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	left = params.MintCap
	err = k.Mints.Walk(ctx, new(collections.Range[uint64]).Descending(), func(_ uint64, m types.Mint) (bool, error) {
		if m.Height <= at-params.YearBlocks {
			return true, nil
		}
		left -= min(left, m.Amount)
		return left == 0, nil
	})
	return left, err
}

// Burn destroys coins of an account. It returns ErrInvalid if the amount or the reason is not allowed.
func (k Keeper) Burn(ctx context.Context, owner sdk.AccAddress, amount uint64, reason string) error {
	if err := types.ValidateDecision(amount, reason); err != nil {
		return err
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, owner, types.ModuleName, coinsOf(amount)); err != nil {
		return err
	}
	return k.burn(ctx, types.ModuleName, types.Burnt, coinsOf(amount), reason)
}

// burn destroys coins of a module and counts them under a cause.
func (k Keeper) burn(ctx context.Context, module, cause string, coins sdk.Coins, reason string) error {
	if err := k.bank.BurnCoins(ctx, module, coins); err != nil {
		return err
	}
	amount := coins.AmountOf(types.Denom)
	if err := k.countCause(ctx, cause, amount); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventBurnt{Cause: cause, Amount: amount.String(), Reason: reason})
}

func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }
