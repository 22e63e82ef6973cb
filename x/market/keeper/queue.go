package keeper

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	errorsmod "cosmossdk.io/errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/market/types"
)

// queued is a request or a proposed match whose turn has come.
type queued struct {
	height int64
	id     []byte
	rank   [sha256.Size]byte // SHA-256(seed, id): its place among those of its height
}

// due returns what is to be matched in this block, in order: oldest height first, within a height by rank. Nobody knew
// the seed when it chose its nonce, nor the proposer when it ordered the transactions, so that neither decides who comes
// first. Whole heights are read until there are enough, at most what one block's gas admitted beyond it.
func (k Keeper) due(ctx sdk.Context, limit int) ([]queued, error) {
	it, err := k.Queue.Iterate(ctx, collections.NewPrefixUntilPairRange[int64, []byte](ctx.BlockHeight()))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var out []queued
	for ; it.Valid(); it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		if len(out) >= limit && key.K1() > out[len(out)-1].height {
			break
		}
		out = append(out, queued{height: key.K1(), id: key.K2()})
	}
	if len(out) == 0 {
		return nil, nil
	}
	seed, err := k.beacon.Seed(ctx)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].rank = sha256.Sum256(slices.Concat(seed, out[i].id))
	}
	slices.SortFunc(out, byRank)
	return out[:min(limit, len(out))], nil
}

// minTurns is the least number of turns by which a block's gas is divided: a turn costs at most half of what the chain
// lets one transaction ask for, a tenth, so that however few matches a block has, something can be submitted.
const minTurns = 20

// payTurn charges a transaction for what it puts in the queue: the block's gas, divided by its turns. So the gas of a block
// admits no more than a block has turns for, and nobody makes the queue longer by what costs little. It charges nothing when
// the gas of blocks is unlimited.
func payTurn(ctx context.Context, params types.Params) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	block := sdkCtx.ConsensusParams().Block
	if block == nil || block.MaxGas <= 0 {
		return
	}
	turns := max(minTurns, uint64(params.MatchesPerBlock))
	sdkCtx.GasMeter().ConsumeGas((uint64(block.MaxGas)+turns-1)/turns, "market: a turn in matching, the block's gas divided by matches_per_block")
}

// matchDue takes this block's requests and proposed matches off the queue and makes their deals, each alone. One that
// comes to nothing, or breaks the chain's code, is refunded; should even that fail, its escrow stays counted with it.
// What the block has no budget left to look at waits for the next.
func (k Keeper) matchDue(ctx sdk.Context, params types.Params, budget *int, l *looks) error {
	due, err := k.due(ctx, *budget)
	if err != nil {
		return err
	}
	for _, q := range due {
		if l.left < types.MaxLooks {
			return nil
		}
		if err := k.Queue.Remove(ctx, collections.Join(q.height, q.id)); err != nil {
			return err
		}
		*budget--
		m, proposed, err := find(ctx, k.Matches, q.id)
		if err != nil {
			return err
		}
		if proposed {
			if err := k.meetMatch(ctx, params, q.id, m, l); err != nil {
				return err
			}
		} else {
			k.settleRequest(ctx, params, q.id, l)
		}
	}
	return nil
}

// settleRequest fills a request from the book as far as it can be, and lets the rest of it wait or refunds it.
func (k Keeper) settleRequest(ctx sdk.Context, params types.Params, id []byte, block *looks) {
	var stale []candidate
	var lacks *lack
	mine := &looks{left: types.MaxLooks}
	err := isolate.RunItem(ctx, func(ctx sdk.Context) (err error) {
		lacks, err = k.fillRequest(ctx, params, id, mine, &stale)
		return err
	})
	block.left -= types.MaxLooks - mine.left
	if err != nil {
		if p := (*isolate.Panic)(nil); errors.As(err, &p) {
			isolate.Log(ctx.Logger(), "matching of request", name(id), err) // any other error is an answer, the requester's to read
		}
		if l := (*lack)(nil); errors.As(err, &l) {
			lacks, err = l, nil // nothing of it was filled
		}
	}
	if err == nil && lacks != nil {
		if r, e := k.request(ctx, id); lacks.again {
			err = isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.requeue(ctx, id) })
		} else if e == nil && r.Expiry > ctx.BlockHeight() {
			err = isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.restRequest(ctx, id, lacks) })
		} else {
			err = lacks
		}
	}
	if err != nil {
		if err := isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.giveBack(ctx, id, err) }); err != nil {
			isolate.Log(ctx.Logger(), "refund of request", name(id), err)
		}
	}
	block.left -= dropLooks * k.dropStale(ctx, stale)
}

// requeue lets a request go on in the next block that met more orders than one matching may look at.
func (k Keeper) requeue(ctx sdk.Context, id []byte) error {
	r, err := k.request(ctx, id)
	if err != nil {
		return err
	}
	was := r.Status
	if was == types.REQUEST_STATUS_RESTING {
		if err := k.unrestRequest(ctx, id, &r); err != nil {
			return err
		}
	}
	r.Status = types.REQUEST_STATUS_QUEUED
	if err := k.setRequest(ctx, id, r, was); err != nil {
		return err
	}
	if err := k.Queue.Set(ctx, collections.Join(ctx.BlockHeight()+1, id), 0); err != nil {
		return err
	}
	return emit(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: "queued", Left: r.Left()})
}

// giveBack ends a request that is filled no more, for a cause, and refunds what is left of it.
func (k Keeper) giveBack(ctx sdk.Context, id []byte, cause error) error {
	r, err := k.request(ctx, id)
	if err != nil {
		return err
	}
	if !r.Waits() && r.Escrow == 0 {
		return nil // it ended before its turn came
	}
	was, what := r.Status, "refunded"
	if was == types.REQUEST_STATUS_RESTING {
		if err := k.unrestRequest(ctx, id, &r); err != nil {
			return err
		}
	}
	switch {
	case !r.Waits(): // taken back by the requester
	case errors.Is(cause, types.ErrExpired):
		what, r.Status, r.Reason = "expired", types.REQUEST_STATUS_EXPIRED, reason(cause)
	default:
		what, r.Status, r.Reason = "unmatched", types.REQUEST_STATUS_UNMATCHED, reason(cause)
	}
	back := r.Escrow
	r.Escrow = 0
	if err := k.refund(ctx, payerOfRequest(r), back); err != nil {
		return err
	}
	if err := k.setRequest(ctx, id, r, was); err != nil {
		return err
	}
	return emit(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: what, Reason: r.Reason, Refunded: back, Left: r.Left()})
}

// reason is an error's text for the state: that of a registered error, which is the same on every node, cut to a size.
func reason(err error) string {
	if short := (*lack)(nil); errors.As(err, &short) {
		err = short.err // the registry looks at the error itself, not at what it wraps
	}
	if space, _, text := errorsmod.ABCIInfo(err, false); space != errorsmod.UndefinedCodespace {
		return strings.ToValidUTF8(text[:min(len(text), types.MaxReasonLen)], "")
	}
	return (&isolate.Panic{}).Error()
}
