// Package keeper keeps the causes of the supply.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/supply/types"
)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	accounts  types.AccountKeeper
	bank      types.BankKeeper

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Causes: name -> coins that the cause made or destroyed.
	Causes collections.Map[string, math.Int]
	// Mints: number -> decision.
	Mints collections.Map[uint64, types.Mint]
	// NextMint is the number of decisions so far; the next decision gets this number plus one.
	NextMint collections.Sequence
}

// NewKeeper returns a keeper.
func NewKeeper(cdc codec.Codec, service store.KVStoreService, addresses address.Codec, accounts types.AccountKeeper, bank types.BankKeeper) Keeper {
	sb := collections.NewSchemaBuilder(service)
	k := Keeper{
		addresses: addresses, accounts: accounts, bank: bank,
		Params:   collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Causes:   collections.NewMap(sb, types.CausesPrefix, "causes", collections.StringKey, sdk.IntValue),
		Mints:    collections.NewMap(sb, types.MintsPrefix, "mints", collections.Uint64Key, codec.CollValue[types.Mint](cdc)),
		NextMint: collections.NewSequence(sb, types.NextMintKey, "next_mint"),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

func coinsOf(amount uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(types.Denom, math.NewIntFromUint64(amount)))
}

// countCause adds an amount to a cause.
func (k Keeper) countCause(ctx context.Context, cause string, amount math.Int) error {
	before, err := k.Causes.Get(ctx, cause)
	if errors.Is(err, collections.ErrNotFound) {
		before, err = math.ZeroInt(), nil
	}
	if err != nil || amount.IsZero() {
		return err
	}
	return k.Causes.Set(ctx, cause, before.Add(amount))
}

// listCauses returns the stored causes, by name.
func (k Keeper) listCauses(ctx context.Context) (out []types.Cause, err error) {
	err = k.Causes.Walk(ctx, nil, func(name string, amount math.Int) (bool, error) {
		out = append(out, types.Cause{Name: name, Amount: amount})
		return false, nil
	})
	return out, err
}

// CheckInvariants returns ErrCauses unless the causes add up to the supply that the bank counts.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	causes, err := k.listCauses(ctx)
	if err != nil {
		return err
	}
	return k.checkCauses(ctx, causes)
}

func (k Keeper) checkCauses(ctx context.Context, causes []types.Cause) error {
	sum, err := types.Sum(causes)
	if err != nil {
		return err
	}
	if supply := k.bank.GetSupply(ctx, types.Denom).Amount; !sum.Equal(supply) {
		return types.ErrCauses.Wrapf("%v make %s ucred, and the bank has %s", causes, sum, supply)
	}
	return nil
}
