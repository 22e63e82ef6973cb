// Package keeper keeps the seats of the validator set.
package keeper

import (
	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/x/poa/types"
)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	accounts  types.AccountKeeper
	bank      types.BankKeeper
	orgs      types.OrgsKeeper

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Seats: org id -> seat, walked in order of org id.
	Seats collections.Map[string, types.Seat]
	// Active is how many of them are active; absent only in a state that is older than it. See ActiveCount.
	Active collections.Item[uint64]
	// Left is the height at which an active seat last ceased to be one, and how many were active before; see Colluders. It is no part
	// of an export: the engine of an imported chain begins with a new rotation, in which every seat has the same priority.
	Left collections.Item[collections.Pair[int64, uint64]]
	// SeatByOperator: account -> org id.
	SeatByOperatorIndex collections.Map[sdk.AccAddress, string]
	// SeatByCourt: account -> org id.
	SeatByCourtIndex collections.Map[sdk.AccAddress, string]
	// SeatByConsensus: consensus address -> org id. An entry outlives its use until evidence about it is too old, so that late
	// evidence finds the organisation: see OldKeys.
	SeatByConsensus collections.Map[[]byte, string]
	// OldKeys: (org id, consensus address) -> a key given up; OldKeyQueue: (height, consensus address) of the same.
	OldKeys     collections.Map[collections.Pair[string, []byte], types.OldKey]
	OldKeyQueue collections.KeySet[collections.Pair[int64, []byte]]
	// Changes: org id -> the change of the seat that waits.
	Changes collections.Map[string, types.Change]
	// Offers: org id -> to whom the seat is offered.
	Offers collections.Map[string, types.Offer]
	// Turnover: height -> power that changed in it by choice.
	Turnover collections.Map[int64, int64]
	// Pause is the emergency pause; absent without one, which may be over: see Pause.Holds.
	Pause collections.Item[types.Pause]
	// PauseVotes: org id -> what the seat last said about a pause; cleared with every decision.
	PauseVotes collections.Map[string, types.PauseVote]
	// Missed: (org id, height modulo window); one seat's entries are cleared together when it is jailed.
	Missed collections.KeySet[collections.Pair[string, int64]]
	// MissedCount: org id -> number of its entries in Missed.
	MissedCount collections.Map[string, int64]
	// Announced: consensus key -> power last told to the consensus engine, which stops at an update that removes a stranger.
	Announced collections.Map[[]byte, int64]
	// Changed: consensus keys to be compared with Announced at the end of the block.
	Changed collections.KeySet[[]byte]
}

// NewKeeper returns a keeper.
func NewKeeper(cdc codec.Codec, service store.KVStoreService, addresses address.Codec, accounts types.AccountKeeper, bank types.BankKeeper,
	orgs types.OrgsKeeper) Keeper {
	sb := collections.NewSchemaBuilder(service)
	k := Keeper{
		addresses:           addresses,
		accounts:            accounts,
		bank:                bank,
		orgs:                orgs,
		Params:              collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Seats:               collections.NewMap(sb, types.SeatsPrefix, "seats", collections.StringKey, compact.Value[types.Seat](cdc, addresses)),
		Active:              collections.NewItem(sb, types.ActiveKey, "active", collections.Uint64Value),
		Left:                collections.NewItem(sb, types.LeftKey, "left", collcodec.KeyToValueCodec(collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key))),
		SeatByOperatorIndex: collections.NewMap(sb, types.SeatByOperatorPrefix, "seat_by_operator", sdk.AccAddressKey, collections.StringValue),
		SeatByConsensus:     collections.NewMap(sb, types.SeatByConsensusPrefix, "seat_by_consensus", collections.BytesKey, collections.StringValue),
		Missed:              collections.NewKeySet(sb, types.MissedPrefix, "missed", collections.PairKeyCodec(collections.StringKey, collections.Int64Key)),
		MissedCount:         collections.NewMap(sb, types.MissedCountPrefix, "missed_count", collections.StringKey, collections.Int64Value),
		Announced:           collections.NewMap(sb, types.AnnouncedPrefix, "announced", collections.BytesKey, collections.Int64Value),
		Changed:             collections.NewKeySet(sb, types.ChangedPrefix, "changed", collections.BytesKey),
		SeatByCourtIndex:    collections.NewMap(sb, types.SeatByCourtPrefix, "seat_by_court", sdk.AccAddressKey, collections.StringValue),
		Changes:             collections.NewMap(sb, types.ChangesPrefix, "changes", collections.StringKey, codec.CollValue[types.Change](cdc)),
		Offers:              collections.NewMap(sb, types.OffersPrefix, "offers", collections.StringKey, codec.CollValue[types.Offer](cdc)),
		OldKeys:             collections.NewMap(sb, types.OldKeysPrefix, "old_keys", collections.PairKeyCodec(collections.StringKey, collections.BytesKey), codec.CollValue[types.OldKey](cdc)),
		OldKeyQueue:         collections.NewKeySet(sb, types.OldKeyQueuePrefix, "old_key_queue", collections.PairKeyCodec(collections.Int64Key, collections.BytesKey)),
		Turnover:            collections.NewMap(sb, types.TurnoverPrefix, "turnover", collections.Int64Key, collections.Int64Value),
		Pause:               collections.NewItem(sb, types.PauseKey, "pause", codec.CollValue[types.Pause](cdc)),
		PauseVotes:          collections.NewMap(sb, types.PauseVotesPrefix, "pause_votes", collections.StringKey, codec.CollValue[types.PauseVote](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
