// Package keeper keeps the seats of the validator set.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/poa/types"
)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	orgs      types.OrgsKeeper

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Seats: org id -> seat, walked in order of org id.
	Seats collections.Map[string, types.Seat]
	// SeatByOperator: account -> org id.
	SeatByOperatorIndex collections.Map[sdk.AccAddress, string]
	// SeatByConsensus: consensus address -> org id. An entry outlives its use by the evidence's maximal age, so that late
	// evidence finds its seat; nothing removes entries here, since seats neither leave nor rotate keys yet.
	SeatByConsensus collections.Map[[]byte, string]
	// Missed: (org id, height modulo window); one seat's entries are cleared together when it is jailed.
	Missed collections.KeySet[collections.Pair[string, int64]]
	// MissedCount: org id -> number of its entries in Missed.
	MissedCount collections.Map[string, int64]
	// Announced: org id -> power last told to the consensus engine, which stops at an update that removes a stranger.
	Announced collections.Map[string, int64]
	// Changed: org ids to be compared with Announced at the end of the block.
	Changed collections.KeySet[string]
}

// NewKeeper returns a keeper.
func NewKeeper(cdc codec.Codec, service store.KVStoreService, addresses address.Codec, orgs types.OrgsKeeper) Keeper {
	sb := collections.NewSchemaBuilder(service)
	k := Keeper{
		addresses:           addresses,
		orgs:                orgs,
		Params:              collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Seats:               collections.NewMap(sb, types.SeatsPrefix, "seats", collections.StringKey, codec.CollValue[types.Seat](cdc)),
		SeatByOperatorIndex: collections.NewMap(sb, types.SeatByOperatorPrefix, "seat_by_operator", sdk.AccAddressKey, collections.StringValue),
		SeatByConsensus:     collections.NewMap(sb, types.SeatByConsensusPrefix, "seat_by_consensus", collections.BytesKey, collections.StringValue),
		Missed:              collections.NewKeySet(sb, types.MissedPrefix, "missed", collections.PairKeyCodec(collections.StringKey, collections.Int64Key)),
		MissedCount:         collections.NewMap(sb, types.MissedCountPrefix, "missed_count", collections.StringKey, collections.Int64Value),
		Announced:           collections.NewMap(sb, types.AnnouncedPrefix, "announced", collections.StringKey, collections.Int64Value),
		Changed:             collections.NewKeySet(sb, types.ChangedPrefix, "changed", collections.StringKey),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
