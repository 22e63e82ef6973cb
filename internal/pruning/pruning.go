// Package pruning replaces records that have ended long ago by compact ones. Modules that prune have a queue of what has ended, keyed
// by the height of the end; a block reads it from its front, as much as the policy says, and prunes each item alone. The policy is that
// of x/tasks, for all modules: see its parameters prune_blocks and prunes_per_block.
package pruning

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/isolate"
)

// Policy says when and how much is pruned.
type Policy struct {
	// Blocks after its end an item is pruned; 0 for never.
	Blocks int64
	// PerBlock is how many items of one queue a block prunes at most.
	PerBlock uint32
	// RetryBlocks later an item is looked at again that could not be pruned when it was due.
	RetryBlocks int64
}

// Retry is the key under which an item that could not be pruned at a height waits to be looked at again.
func (p Policy) Retry(height int64) int64 { return height - p.Blocks + p.RetryBlocks }

// Outcome is what became of an item.
type Outcome struct {
	// Cost is how many items it counts for in a block's bound beyond itself, because much of it was removed.
	Cost int
	// Later says that something needs it still, and that it is to be looked at again.
	Later bool
}

// Queue is a queue of what has ended.
type Queue[ID any] struct {
	// Keys are (height of the end, id).
	Keys duequeue.Set[int64, ID]
	// Items is the module, and What the kind of item, for reports.
	Items isolate.Module
	What  string
	// Text writes an id for reports.
	Text func(ID) string
	// Prune replaces one item. It is off the queue then.
	Prune func(sdk.Context, ID) (Outcome, error)
}

// Run prunes what is due, the oldest first, until the block's bound is reached; the last item may exceed it by its cost. What fails is
// left as it is, reported, and looked at again later: it keeps no other.
func (q Queue[ID]) Run(ctx sdk.Context, p Policy) error {
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

// take takes one item off the queue and prunes it, or puts it back for later. It returns what it cost.
func (q Queue[ID]) take(ctx sdk.Context, p Policy, key duequeue.Key[int64, ID]) (cost int, err error) {
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
