// Package pruning replaces records that ended long ago by compact ones. Each module that prunes has a queue of ended records, keyed by
// the height of the end. A block reads as many from the front of the queue as the policy allows, and prunes each by itself. All modules
// share the policy of x/tasks: see its parameters prune_blocks and prunes_per_block.
package pruning

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/internal/retention"
)

// Outcome says how an item was pruned.
type Outcome struct {
	// Cost is how many further items the item counts for in the block's bound, because pruning it removed much.
	Cost int
	// Later says that the item is still needed, and must be tried again.
	Later bool
}

// Queue is a queue of ended items.
type Queue[ID any] struct {
	// Keys are (height of the end, id).
	Keys duequeue.Set[int64, ID]
	// Items is the module, and What the kind of item, for reports.
	Items isolate.Module
	What  string
	// Text returns an id as text for reports.
	Text func(ID) string
	// Prune replaces one item, which has been taken off the queue before.
	Prune func(sdk.Context, ID) (Outcome, error)
}

// Run prunes the items that are due, the oldest first, until the block's bound is reached; the cost of the last item may exceed it. An
// item that fails is left unchanged, reported, and tried again later. It does not stop the others.
func (q Queue[ID]) Run(ctx sdk.Context, p retention.Policy) error {
	if p.Blocks == 0 {
		return nil
	}
	keys, err := duequeue.Due(ctx.WithBlockHeight(ctx.BlockHeight()-p.Blocks), q.Keys, int(p.PerBlock))
	if err != nil {
		return err
	}
	for left := int(p.PerBlock); left > 0 && len(keys) > 0; keys = keys[1:] {
		cost, err := q.take(ctx, p, keys[0])
		if err != nil {
			return err
		}
		left -= 1 + cost
	}
	return nil
}

// take takes one item off the queue and prunes it, or queues it again for later. It returns the cost.
func (q Queue[ID]) take(ctx sdk.Context, p retention.Policy, key duequeue.Key[int64, ID]) (cost int, err error) {
	if err := q.Keys.Remove(ctx, key); err != nil {
		return 0, err
	}
	var out Outcome
	err = q.Items.Do(ctx, "pruning of "+q.What, q.Text(key.K2()), func(ctx sdk.Context) (err error) {
		out, err = q.Prune(ctx, key.K2())
		return err
	})
	if err == nil && !out.Later {
		return out.Cost, nil
	}
	return 0, q.Keys.Set(ctx, collections.Join(p.Retry(ctx.BlockHeight()), key.K2()))
}
