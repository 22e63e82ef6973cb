// Package keeper keeps the sessions of enclaves and what these rely on.
//
//	session.go     a quote registers a session key; a machine serves one organisation
//	collateral.go  what Intel and AMD say about their machines; anybody may send it
//	freeze.go      images that the council lists; machines and measurements that are frozen
//	convict.go     a court's verdict against an answer that an enclave signed
//	verify.go      which sessions and answers count when an answer is revealed
package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/x/enclaves/types"
)

type (
	pair       = collections.Pair[string, string]
	sessionKey = collections.Pair[string, []byte]
)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	seats     types.SeatsKeeper
	workers   types.WorkersKeeper
	beacon    types.BeaconKeeper

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// ParamsHeight is the height at which the parameters were last changed.
	ParamsHeight collections.Item[int64]
	// Measurements: id -> measurement, the hash of what an enclave was started from. None is ever removed.
	Measurements collections.Map[string, types.Measurement]
	// Images: (runtime, measurement) -> image that the council listed; ranged by runtime, which has few.
	Images collections.Map[pair, types.Image]
	// Machines: id -> machine, with the organisation that it serves.
	Machines collections.Map[string, types.Machine]
	// Sessions: (worker, key) -> session; ranged by worker, which has few.
	Sessions collections.Map[sessionKey, types.Session]
	// Freezes: machine or measurement -> why it no longer counts. None is ever removed.
	Freezes collections.Map[string, types.Freeze]
	// Votes: (subject, org id) -> vote to freeze the subject, a machine or a measurement; ranged by subject; removed once the subject is
	// frozen.
	Votes collections.Map[pair, types.FreezeVote]
	// Convictions: (measurement, organisation) -> last verdict against one of the organisation's machines; ranged by measurement,
	// and removed once that is frozen.
	Convictions collections.Map[pair, types.Conviction]
	// Editions: family of processors -> how new Intel's collateral for it is.
	Editions collections.Map[[]byte, types.Edition]
	// Tdx: family of processors -> Intel's collateral.
	Tdx collections.Map[[]byte, types.TdxCollateral]
	// Snp: product -> AMD's collateral.
	Snp collections.Map[string, types.SnpCollateral]
}

// NewKeeper returns a keeper.
func NewKeeper(cdc codec.BinaryCodec, service store.KVStoreService, addresses address.Codec, seats types.SeatsKeeper, workers types.WorkersKeeper, beacon types.BeaconKeeper) Keeper {
	sb := collections.NewSchemaBuilder(service)
	k := Keeper{
		addresses: addresses, seats: seats, workers: workers, beacon: beacon,
		Params:       collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		ParamsHeight: collections.NewItem(sb, types.ParamsHeightKey, "params_height", collections.Int64Value),
		Measurements: collections.NewMap(sb, types.MeasurementsPrefix, "measurements", compact.ID, compact.Value[types.Measurement](cdc, addresses)),
		Images: collections.NewMap(sb, types.ImagesPrefix, "images",
			collections.PairKeyCodec(collections.StringKey, compact.ID), compact.Value[types.Image](cdc, addresses)),
		Machines: collections.NewMap(sb, types.MachinesPrefix, "machines", compact.ID, compact.Value[types.Machine](cdc, addresses)),
		Sessions: collections.NewMap(sb, types.SessionsPrefix, "sessions",
			collections.PairKeyCodec(compact.Address(addresses), collections.BytesKey), compact.Value[types.Session](cdc, addresses)),
		Freezes: collections.NewMap(sb, types.FreezesPrefix, "freezes", compact.ID, compact.Value[types.Freeze](cdc, addresses)),
		Votes: collections.NewMap(sb, types.VotesPrefix, "votes",
			collections.PairKeyCodec(compact.ID, collections.StringKey), compact.Value[types.FreezeVote](cdc, addresses)),
		Convictions: collections.NewMap(sb, types.ConvictionsPrefix, "convictions",
			collections.PairKeyCodec(compact.ID, collections.StringKey), compact.Value[types.Conviction](cdc, addresses)),
		Editions: collections.NewMap(sb, types.EditionsPrefix, "editions", collections.BytesKey, codec.CollValue[types.Edition](cdc)),
		Tdx:      collections.NewMap(sb, types.TdxPrefix, "tdx", collections.BytesKey, codec.CollValue[types.TdxCollateral](cdc)),
		Snp:      collections.NewMap(sb, types.SnpPrefix, "snp", collections.StringKey, codec.CollValue[types.SnpCollateral](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// SetParams replaces the parameters: ErrInvalidParams, ErrDevelopment.
func (k Keeper) SetParams(ctx context.Context, p types.Params) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if err := p.CheckChain(sdk.UnwrapSDKContext(ctx).ChainID()); err != nil {
		return err
	}
	if err := k.ParamsHeight.Set(ctx, heightOf(ctx)); err != nil {
		return err
	}
	return k.Params.Set(ctx, p)
}

func heightOf(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }

// timeOf is the block's time in Unix seconds.
func timeOf(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockTime().Unix() }

func emitEvent(ctx context.Context, event proto.Message) error { return events.Emit(ctx, event) }
