// Package keeper keeps the verifiers of proofs.
package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/verifiers/types"
)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	seats     types.SeatsKeeper

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Verifiers: name -> verifier. None is ever removed, so that a name means one verifier for ever.
	Verifiers collections.Map[string, types.Verifier]
	// Votes: (name, org id) -> vote to stop the verifier; ranged by name, and removed once the verifier is stopped.
	Votes collections.Map[collections.Pair[string, string], types.StopVote]
}

// NewKeeper returns a keeper.
func NewKeeper(cdc codec.BinaryCodec, service store.KVStoreService, addresses address.Codec, seats types.SeatsKeeper) Keeper {
	sb := collections.NewSchemaBuilder(service)
	k := Keeper{
		addresses: addresses, seats: seats,
		Params:    collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Verifiers: collections.NewMap(sb, types.VerifiersPrefix, "verifiers", collections.StringKey, codec.CollValue[types.Verifier](cdc)),
		Votes: collections.NewMap(sb, types.VotesPrefix, "votes",
			collections.PairKeyCodec(collections.StringKey, collections.StringKey), codec.CollValue[types.StopVote](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// GetVerifier returns the verifier with this name, or ErrNotFound.
func (k Keeper) GetVerifier(ctx context.Context, name string) (types.Verifier, error) {
	v, found, err := records.Find(ctx, k.Verifiers, name)
	if err == nil && !found {
		err = types.ErrNotFound.Wrapf("%.40q", name)
	}
	return v, err
}

func heightOf(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }

func emitEvent(ctx context.Context, event proto.Message) error { return events.Emit(ctx, event) }
