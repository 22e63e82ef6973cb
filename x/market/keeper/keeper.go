// Package keeper keeps the book of offers, the requests that meet it and the deals that come of them, with their money.
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

	"github.com/credence-chain/credence/x/market/types"
)

type (
	// bookKey is (runtime or pool, price, height, id).
	bookKey = collections.Quad[string, uint64, int64, []byte]
	// queueKey is (due height, request id).
	queueKey = collections.Pair[int64, []byte]
)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	authority string

	accounts types.AccountKeeper
	bank     types.BankKeeper
	orgs     types.OrgsKeeper
	apps     types.AppsKeeper
	workers  types.WorkersKeeper
	beacon   types.BeaconKeeper
	hooks    *types.TaskHooks // shared by all copies of the keeper

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Offers: id -> offer, filled ones among them.
	Offers collections.Map[[]byte, types.Offer]
	// Spent: ids of offers taken off.
	Spent collections.KeySet[[]byte]
	// Book: (runtime, price, height, id), walked from the cheapest and oldest of a runtime.
	Book collections.KeySet[bookKey]
	// PoolBook: (pool, price, height, id) -> runtime, walked likewise within a pool.
	PoolBook collections.Map[bookKey, string]
	// Resting: pool -> number of its offers on the book.
	Resting collections.Map[string, uint64]
	// Requests: id -> request.
	Requests collections.Map[[]byte, types.Request]
	// RequestsByAccount: (requester, id).
	RequestsByAccount collections.KeySet[collections.Pair[sdk.AccAddress, []byte]]
	// Queue: (due height, id) -> ucred to fold into Owed; range-read up to the current height.
	Queue collections.Map[queueKey, uint64]
	// Deals: id -> deal.
	Deals collections.Map[[]byte, types.Deal]
	// Opening: position -> deal with tasks to open, walked from the oldest.
	Opening collections.Map[uint64, []byte]
	// Positions: such a deal -> its position.
	Positions collections.Map[[]byte, uint64]
	// NextPosition counts positions.
	NextPosition collections.Sequence
	// Cancels: positions of cancelled deals whose unopened tasks are not refunded yet.
	Cancels collections.KeySet[uint64]
	// Owed: the escrow of every request and deal in ucred, as of the last EndBlock.
	Owed collections.Item[math.Int]
}

// NewKeeper returns a keeper whose council is authority, an address in text.
func NewKeeper(
	cdc codec.BinaryCodec, service store.KVStoreService, addresses address.Codec,
	accounts types.AccountKeeper, bank types.BankKeeper, orgs types.OrgsKeeper,
	apps types.AppsKeeper, workers types.WorkersKeeper, beacon types.BeaconKeeper, authority string,
) Keeper {
	sb := collections.NewSchemaBuilder(service)
	bookCodec := collections.QuadKeyCodec(collections.StringKey, collections.Uint64Key, collections.Int64Key, collections.BytesKey)
	k := Keeper{
		addresses: addresses, authority: authority,
		accounts: accounts, bank: bank, orgs: orgs, apps: apps, workers: workers, beacon: beacon,
		hooks: new(types.TaskHooks),

		Params:   collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Offers:   collections.NewMap(sb, types.OffersPrefix, "offers", collections.BytesKey, codec.CollValue[types.Offer](cdc)),
		Spent:    collections.NewKeySet(sb, types.SpentPrefix, "spent", collections.BytesKey),
		Book:     collections.NewKeySet(sb, types.BookPrefix, "book", bookCodec),
		PoolBook: collections.NewMap(sb, types.PoolBookPrefix, "pool_book", bookCodec, collections.StringValue),
		Resting:  collections.NewMap(sb, types.RestingPrefix, "resting", collections.StringKey, collections.Uint64Value),
		Requests: collections.NewMap(sb, types.RequestsPrefix, "requests", collections.BytesKey, codec.CollValue[types.Request](cdc)),
		RequestsByAccount: collections.NewKeySet(sb, types.RequestsByAccountPrefix, "requests_by_account",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.BytesKey)),
		Queue: collections.NewMap(sb, types.QueuePrefix, "queue",
			collections.PairKeyCodec(collections.Int64Key, collections.BytesKey), collections.Uint64Value),
		Deals:        collections.NewMap(sb, types.DealsPrefix, "deals", collections.BytesKey, codec.CollValue[types.Deal](cdc)),
		Opening:      collections.NewMap(sb, types.OpeningPrefix, "opening", collections.Uint64Key, collections.BytesValue),
		Positions:    collections.NewMap(sb, types.PositionsPrefix, "positions", collections.BytesKey, collections.Uint64Value),
		NextPosition: collections.NewSequence(sb, types.NextPositionKey, "next_position"),
		Cancels:      collections.NewKeySet(sb, types.CancelsPrefix, "cancels", collections.Uint64Key),
		Owed:         collections.NewItem(sb, types.OwedKey, "owed", sdk.IntValue),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// SetTaskHooks gives the market the tasks, once, when the application is built. It panics when it is called twice.
func (k Keeper) SetTaskHooks(h types.TaskHooks) {
	if *k.hooks != nil {
		panic("market: task hooks are set already")
	}
	*k.hooks = h
}

// Authority returns the council's address in text.
func (k Keeper) Authority() string { return k.authority }

func emit(ctx context.Context, event sdk.Msg) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

// get reads a record by the text of its id, or ErrNotFound.
func get[V any](ctx context.Context, m collections.Map[[]byte, V], what, id string) (raw []byte, v V, err error) {
	key, err := types.ParseID(id)
	if err != nil {
		return nil, v, err
	}
	v, err = m.Get(ctx, key[:])
	if errors.Is(err, collections.ErrNotFound) {
		return nil, v, types.ErrNotFound.Wrapf("%s %s", what, id)
	}
	return key[:], v, err
}
