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
	rank   [sha256.Size]byte // SHA-256(seed, id) orders the entries of one height
}

// compareQueued orders the queue by (height, rank).
func compareQueued(a, b queued) int {
	return cmp.Or(cmp.Compare(a.height, b.height), bytes.Compare(a.rank[:], b.rank[:]))
}

// dueForMatching returns up to limit entries that this block matches: the oldest height first, within a height by rank. The seed was
// unknown to requesters when they chose their nonces, and to the proposer when it ordered the transactions, so neither of them decides
// who comes first. It reads whole heights until it has enough: beyond limit at most as many as one block's gas admitted.
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

// minPlaces is the least number of places into which a block's gas is divided. One transaction may ask for a tenth of a block's gas. So
// a place costs at most half of that, and requests can be submitted even when matches_per_block is very small.
const minPlaces = 20

// chargePlace charges a transaction for a place in the matching queue: the block's gas divided by matches_per_block. So the gas of a
// block admits no more entries than a block can match, and nobody can make the queue longer at a low cost. It charges nothing when
// the gas of blocks is unlimited.
func chargePlace(ctx context.Context, params types.Params) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	block := sdkCtx.ConsensusParams().Block
	if block == nil || block.MaxGas <= 0 {
		return
	}
	places := max(minPlaces, uint64(params.MatchesPerBlock))
	sdkCtx.GasMeter().ConsumeGas((uint64(block.MaxGas)+places-1)/places, "market: a place in the matching queue, the block's gas divided by matches_per_block")
}

// requeueRequest queues a request for the next block again, because its looks ran out before all orders were read.
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
