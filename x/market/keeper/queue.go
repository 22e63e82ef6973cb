package keeper

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/x/market/types"
)

// queued is a request or a proposed match that waits to be matched.
type queued struct {
	height int64
	id     []byte
	rank   [sha256.Size]byte // SHA-256(seed, id): its place among those of its height
}

// compareQueued orders the queue by (height, rank).
func compareQueued(a, b queued) int {
	return cmp.Or(cmp.Compare(a.height, b.height), bytes.Compare(a.rank[:], b.rank[:]))
}

// dueForMatching returns what is to be matched in this block, in order: the oldest height first, within a height by rank.
// Nobody knew the seed when it chose its nonce, nor the proposer when it ordered the transactions, so neither decides who
// comes first. It reads whole heights until there are enough, which is at most what one block's gas admitted beyond limit.
func (k Keeper) dueForMatching(ctx sdk.Context, limit int) ([]queued, error) {
	var out []queued
	err := k.Queue.Walk(ctx, duequeue.UpTo[int64, []byte](ctx), func(key queueKey) (stop bool, err error) {
		if len(out) >= limit && key.K1() > out[len(out)-1].height {
			return true, nil
		}
		out = append(out, queued{height: key.K1(), id: key.K2()})
		return false, nil
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	seed, err := k.beacon.Seed(ctx)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].rank = sha256.Sum256(slices.Concat(seed, out[i].id))
	}
	slices.SortFunc(out, compareQueued)
	return out[:min(limit, len(out))], nil
}

// minPlaces is the least number of places into which a block's gas is divided. So a place in the queue costs at most half
// of what the chain lets one transaction ask for, a tenth, and something can be submitted however few matches a block has.
const minPlaces = 20

// chargePlace charges a transaction for a place in the queue: the block's gas, divided by its matches. So the gas of a
// block admits no more than a block can match, and nobody makes the queue longer by what costs little. It charges nothing
// when the gas of blocks is unlimited.
func chargePlace(ctx context.Context, params types.Params) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	block := sdkCtx.ConsensusParams().Block
	if block == nil || block.MaxGas <= 0 {
		return
	}
	places := max(minPlaces, uint64(params.MatchesPerBlock))
	sdkCtx.GasMeter().ConsumeGas((uint64(block.MaxGas)+places-1)/places, "market: a place in the matching queue, the block's gas divided by matches_per_block")
}

// requeueRequest lets a request go on in the next block that met more orders than one matching may look at.
func (k Keeper) requeueRequest(ctx sdk.Context, id []byte) error {
	r, err := k.requestByKey(ctx, id)
	if err != nil {
		return err
	}
	was := r.Status
	if err := k.leaveBook(ctx, id, &r); err != nil {
		return err
	}
	r.Status = types.REQUEST_STATUS_QUEUED
	if err := k.setRequest(ctx, id, r, was); err != nil {
		return err
	}
	if err := k.Queue.Set(ctx, collections.Join(ctx.BlockHeight()+1, id)); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: "queued", Left: r.Left()})
}
