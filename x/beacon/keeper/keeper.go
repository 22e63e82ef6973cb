// Package keeper keeps the chain's public randomness: one seed for each block, which nobody can choose.
//
//	proof.go  the proof that opens every block: making it, verifying it, and storing its seed in PreBlock
//	seed.go   reading seeds, and the two numbers that bound what colluding proposers can do
//
// The proof of height H is made and verified with the key that the proposer's seat has in the state after block H-1. So all
// nodes verify with the same key, whether they propose, vote, replay or sync.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/credence-chain/credence/x/beacon/types"
)

// Keeper of the module's state.
type Keeper struct {
	seats types.SeatKeeper

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Latest is the latest seed. Once a block has begun, it is that block's seed.
	Latest collections.Item[types.Seed]
	// Seeds: height -> seed; pruned from the lowest height.
	Seeds collections.Map[int64, []byte]
}

// NewKeeper returns a keeper.
func NewKeeper(cdc codec.Codec, service store.KVStoreService, seats types.SeatKeeper) Keeper {
	sb := collections.NewSchemaBuilder(service)
	k := Keeper{
		seats:  seats,
		Params: collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Latest: collections.NewItem(sb, types.LatestKey, "latest", codec.CollValue[types.Seed](cdc)),
		Seeds:  collections.NewMap(sb, types.SeedsPrefix, "seeds", collections.Int64Key, collections.BytesValue),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
