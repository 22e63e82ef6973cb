// Package keeper keeps the book of orders and the requests, and makes deals of them:
//
//	order.go, signedorder.go, submission.go   how orders and requests reach the chain
//	book.go, resting.go                       the book of orders, and the book of requests that lack one
//	queue.go, matching.go, rematch.go         which requests a block matches, and in which order
//	fill.go, search.go, sellers.go            how one request finds its orders
//	propose.go                                matches that somebody proposes
//	conclude.go, money.go                     the deal, and the coins of requests
//	await.go, waiting.go                      requests that wait for the results of others
//	cancel.go, expiry.go, volume.go           what is taken back, what expires, volume that comes back
//	prune.go                                  what is left of ended orders and requests
//
// x/deals keeps the deals. Block hooks do all matching within a budget of looks (budget.go).
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/market/types"
)

type (
	// bookKey is (topic, price, height, rank).
	bookKey = collections.Quad[string, uint64, int64, []byte]
	// requestBookKey is (topic, 2^64-1 - limit, height, id).
	requestBookKey = collections.Quad[string, uint64, int64, []byte]
	// countKey is (party, topic).
	countKey = collections.Pair[string, string]
	// indexKey is (party, state or status, height, id).
	indexKey = collections.Quad[string, uint64, int64, []byte]
	// queueKey is (due height, id).
	queueKey = collections.Pair[int64, []byte]
	// dependantKey is (request that is waited for, request that waits).
	dependantKey = collections.Pair[[]byte, []byte]
	// floorKey is (owner, kind).
	floorKey = collections.Pair[sdk.AccAddress, uint32]
)

// items are the items of the module's block hooks, each of which runs alone.
const items = isolate.Module(types.ModuleName)

// Keeper of the module's state.
type Keeper struct {
	cdc       codec.Codec
	addresses address.Codec
	authority string

	accounts AccountKeeper
	bank     types.BankKeeper
	orgs     types.OrgsKeeper
	apps     types.AppsKeeper
	workers  types.WorkersKeeper
	vouchers types.VouchersKeeper
	deals    types.DealsKeeper
	purse    purse.Purse
	beacon   types.BeaconKeeper
	seats    types.SeatsKeeper
	proofs   types.VerifiersKeeper
	words    types.EnclavesKeeper

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Orders: id -> app, dataset or pool order. Ended orders stay until they are pruned.
	Orders collections.Map[[]byte, types.OrderRecord]
	// OrdersBy: (party, status, height, id).
	OrdersBy collections.KeySet[indexKey]
	// Floors: (owner, kind) -> the nonce below which orders are cancelled.
	Floors collections.Map[floorKey, uint64]
	// Book: (topic, price, height, rank) -> id, walked from the cheapest and oldest of a topic.
	Book collections.Map[bookKey, []byte]
	// Arrivals: (due height, id) of orders that will come on the book.
	Arrivals collections.KeySet[queueKey]
	// Resting: (owner, "") -> number of its orders and requests on the book; (seller, topic) -> number of its orders there.
	Resting collections.Map[countKey, uint64]
	// Requests: id -> request as it was made, without its progress.
	Requests collections.Map[[]byte, types.Request]
	// RequestProgress: id -> the part of a request that changes.
	RequestProgress collections.Map[[]byte, types.RequestProgress]
	// RequestsBy: (requester, status, height, id).
	RequestsBy collections.KeySet[indexKey]
	// Queue: (due height, id of a request or match); range-read up to the current height.
	Queue collections.KeySet[queueKey]
	// Matches: id -> proposed match.
	Matches collections.Map[[]byte, types.Match]
	// RequestBook: (topic, 2^64-1 - limit, height, id) of resting requests.
	RequestBook collections.KeySet[requestBookKey]
	// Rematches: topic -> how far its resting requests have been matched again.
	Rematches collections.Map[string, types.Rematch]
	// LastRematch is the topic whose rematch went on last.
	LastRematch collections.Item[string]
	// Rescan is the cursor of the rescan over all resting requests.
	Rescan collections.Item[types.Rematch]
	// Cancels: (height, cancelled request) -> (height, id) of the last of its deals that was cancelled with it.
	Cancels collections.Map[queueKey, queueKey]
	// Expiries: (expiry, id) of orders and requests that expire and hold coins or a place on the book: orders that rest, requests that
	// are queued or rest.
	Expiries collections.KeySet[queueKey]
	// SignedExpiries: (expiry, id) of orders and requests that expire and hold neither.
	SignedExpiries collections.KeySet[queueKey]
	// Prunes: (height of the end, id) of orders and requests that have ended. Entries at the front are pruned once they are old enough.
	// An order that stands again leaves the queue when it is due, and is queued again when it ends. An order or a request with whole
	// deals leaves likewise, and is queued again when one of its deals is pruned.
	Prunes collections.KeySet[queueKey]
	// Pruned: id -> what is kept of an order or request that was pruned.
	Pruned collections.Map[[]byte, types.PrunedOrder]
	// Dependants: (request that is waited for, request that waits and has not met it).
	Dependants collections.KeySet[dependantKey]
	// Ends: (height, id) of requests for which others wait and that may have ended. Only its front is read.
	Ends collections.KeySet[queueKey]
	// Categories: id -> category.
	Categories collections.Map[string, types.Category]
}

// NewKeeper returns a keeper whose council is authority, an address in text.
func NewKeeper(
	cdc codec.Codec, service store.KVStoreService, addresses address.Codec,
	accounts AccountKeeper, bank types.BankKeeper, orgs types.OrgsKeeper,
	apps types.AppsKeeper, workers types.WorkersKeeper, vouchers types.VouchersKeeper, deals types.DealsKeeper, beacon types.BeaconKeeper, seats types.SeatsKeeper,
	proofs types.VerifiersKeeper, words types.EnclavesKeeper, authority string,
) Keeper {
	sb := collections.NewSchemaBuilder(service)
	party := compact.Party(addresses, types.PartyKinds)
	indexBy := func(first collcodec.KeyCodec[string]) collcodec.KeyCodec[indexKey] {
		return collections.QuadKeyCodec(first, collections.Uint64Key, collections.Int64Key, collections.BytesKey)
	}
	book := indexBy(collections.StringKey)
	queue := collections.PairKeyCodec(collections.Int64Key, collections.BytesKey)
	k := Keeper{
		cdc: cdc, addresses: addresses, authority: authority,
		accounts: accounts, bank: bank, orgs: orgs, apps: apps, workers: workers, vouchers: vouchers, deals: deals, beacon: beacon, seats: seats,
		proofs: proofs, words: words,
		purse: purse.New(sb, types.OwedKey, types.DepositsPrefix, types.ModuleName, accounts, bank),

		Params:          collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Orders:          collections.NewMap(sb, types.OrdersPrefix, "orders", collections.BytesKey, compact.Value[types.OrderRecord](cdc, addresses)),
		OrdersBy:        collections.NewKeySet(sb, types.OrdersByPrefix, "orders_by", indexBy(party)),
		Floors:          collections.NewMap(sb, types.FloorsPrefix, "floors", collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint32Key), collections.Uint64Value),
		Book:            collections.NewMap(sb, types.BookPrefix, "book", book, collections.BytesValue),
		Arrivals:        collections.NewKeySet(sb, types.ArrivalsPrefix, "arrivals", queue),
		Resting:         collections.NewMap(sb, types.RestingPrefix, "resting", collections.PairKeyCodec(party, collections.StringKey), collections.Uint64Value),
		Requests:        collections.NewMap(sb, types.RequestsPrefix, "requests", collections.BytesKey, compact.Value[types.Request](cdc, addresses)),
		RequestProgress: collections.NewMap(sb, types.RequestProgressPrefix, "request_progress", collections.BytesKey, compact.Value[types.RequestProgress](cdc, addresses)),
		RequestsBy:      collections.NewKeySet(sb, types.RequestsByPrefix, "requests_by", indexBy(compact.Address(addresses))),
		Queue:           collections.NewKeySet(sb, types.QueuePrefix, "queue", queue),
		Matches:         collections.NewMap(sb, types.MatchesPrefix, "matches", collections.BytesKey, compact.Value[types.Match](cdc, addresses)),
		RequestBook:     collections.NewKeySet(sb, types.RequestBookPrefix, "request_book", book),
		Rematches:       collections.NewMap(sb, types.RematchesPrefix, "rematches", collections.StringKey, codec.CollValue[types.Rematch](cdc)),
		LastRematch:     collections.NewItem(sb, types.LastRematchKey, "last_rematch", collections.StringValue),
		Rescan:          collections.NewItem(sb, types.RescanKey, "rescan", codec.CollValue[types.Rematch](cdc)),
		Cancels:         collections.NewMap(sb, types.CancelsPrefix, "cancels", queue, collcodec.KeyToValueCodec(queue)),
		Expiries:        collections.NewKeySet(sb, types.ExpiriesPrefix, "expiries", queue),
		SignedExpiries:  collections.NewKeySet(sb, types.SignedExpiriesPrefix, "signed_expiries", queue),
		Prunes:          collections.NewKeySet(sb, types.PrunesPrefix, "prunes", queue),
		Pruned:          collections.NewMap(sb, types.PrunedPrefix, "pruned", collections.BytesKey, compact.Value[types.PrunedOrder](cdc, addresses)),
		Dependants:      collections.NewKeySet(sb, types.DependantsPrefix, "dependants", collections.PairKeyCodec(collections.BytesKey, collections.BytesKey)),
		Ends:            collections.NewKeySet(sb, types.EndsPrefix, "ends", queue),
		Categories:      collections.NewMap(sb, types.CategoriesPrefix, "categories", collections.StringKey, codec.CollValue[types.Category](cdc)),
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

func emitEvent(ctx context.Context, event sdk.Msg) error {
	return events.Emit(ctx, event)
}

// getRecord reads a record by the text of its id, or ErrNotFound.
func getRecord[V any](ctx context.Context, m collections.Map[[]byte, V], what, id string) (raw []byte, v V, err error) {
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

// idText returns the text of a raw id.
func idText(id []byte) string { return types.FormatID([types.IDSize]byte(id)) }
