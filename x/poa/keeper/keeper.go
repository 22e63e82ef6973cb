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
	// Active is the number of active seats. It is absent only in a state that was written before this counter existed; see
	// ActiveCount.
	Active collections.Item[uint64]
	// Left is the height at which an active seat last left, and the number of seats that were active before; see Colluders. It is
	// not exported: the engine of an imported chain begins with a new rotation, in which every seat has the same priority.
	Left collections.Item[collections.Pair[int64, uint64]]
	// SeatByOperatorIndex: account -> org id.
	SeatByOperatorIndex collections.Map[sdk.AccAddress, string]
	// SeatByCourtIndex: account -> org id.
	SeatByCourtIndex collections.Map[sdk.AccAddress, string]
	// SeatByConsensus: consensus address -> org id. The entry of a key that was given up stays until evidence about the key is too
	// old, so that late evidence finds the organisation; see OldKeys.
	SeatByConsensus collections.Map[[]byte, string]
	// OldKeys: (org id, consensus address) -> a key that was given up. OldKeyQueue: (height, consensus address) of the same keys.
	OldKeys     collections.Map[collections.Pair[string, []byte], types.OldKey]
	OldKeyQueue collections.KeySet[collections.Pair[int64, []byte]]
	// Changes: org id -> the change of its seat that waits.
	Changes collections.Map[string, types.Change]
	// Offers: org id -> the offer of its seat that waits, to another organisation or another operator.
	Offers collections.Map[string, types.Offer]
	// Turnover: height -> power that changed by choice in that block.
	Turnover collections.Map[int64, int64]
	// Pause is the last emergency pause, absent if there is none. Its time may be over: see Pause.Holds.
	Pause collections.Item[types.Pause]
	// PauseVotes: org id -> the seat's last vote for or against a pause. Every decision clears all of them.
	PauseVotes collections.Map[string, types.PauseVote]
	// Missed: (org id, height modulo window); one seat's entries are cleared together when it is jailed.
	Missed collections.KeySet[collections.Pair[string, int64]]
	// MissedCount: org id -> number of its entries in Missed.
	MissedCount collections.Map[string, int64]
	// Announced: consensus key -> power that the consensus engine was last told. The engine stops at an update that removes a key
	// which it does not have.
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
