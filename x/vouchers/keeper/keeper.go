// Package keeper keeps vouchers and the coins behind them.
package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/vouchers/types"
)

// items are the items of the module's block hooks, each of which runs alone.
const items = isolate.Module(types.ModuleName)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	bank      types.BankKeeper
	purse     purse.Purse
	authority string

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Vouchers: id -> voucher.
	Vouchers collections.Map[[]byte, types.Voucher]
	// Issued: (issuer, id).
	Issued collections.KeySet[collections.Pair[sdk.AccAddress, []byte]]
	// Held: (holder, id).
	Held collections.KeySet[collections.Pair[sdk.AccAddress, []byte]]
	// Expiries: (expiry, id) of the vouchers that have not expired.
	Expiries collections.KeySet[collections.Pair[int64, []byte]]
	// Withdrawals: (module, id) -> ucred that transactions of this block spent for a module. EndBlock sends it to the module.
	Withdrawals collections.Map[collections.Pair[string, []byte], uint64]
}

// NewKeeper returns a keeper whose council is authority, an address in text.
func NewKeeper(
	cdc codec.Codec, service store.KVStoreService, addresses address.Codec,
	accounts types.AccountKeeper, bank types.BankKeeper, authority string,
) Keeper {
	sb := collections.NewSchemaBuilder(service)
	party := collections.PairKeyCodec(sdk.AccAddressKey, collections.BytesKey)
	k := Keeper{
		addresses: addresses, bank: bank, authority: authority,
		purse: purse.New(sb, types.OwedKey, types.DepositsPrefix, types.ModuleName, accounts, bank),

		Params:      collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Vouchers:    collections.NewMap(sb, types.VouchersPrefix, "vouchers", collections.BytesKey, compact.Value[types.Voucher](cdc, addresses)),
		Issued:      collections.NewKeySet(sb, types.IssuedPrefix, "issued", party),
		Held:        collections.NewKeySet(sb, types.HeldPrefix, "held", party),
		Expiries:    collections.NewKeySet(sb, types.ExpiriesPrefix, "expiries", collections.PairKeyCodec(collections.Int64Key, collections.BytesKey)),
		Withdrawals: collections.NewMap(sb, types.WithdrawalsPrefix, "withdrawals", collections.PairKeyCodec(collections.StringKey, collections.BytesKey), collections.Uint64Value),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// GetAuthority returns the council's address in text.
func (k Keeper) GetAuthority() string { return k.authority }

// Solvency returns the module account's balance and what the vouchers hold.
func (k Keeper) Solvency(ctx context.Context) (purse.Balance, error) { return k.purse.Balance(ctx) }

func emitEvent(ctx context.Context, event sdk.Msg) error {
	return events.Emit(ctx, event)
}

func (k Keeper) emitChange(ctx context.Context, what string, v types.Voucher, amount uint64) error {
	return emitEvent(ctx, &types.EventVoucher{Id: v.Id, What: what, Amount: amount, Balance: v.Balance})
}
