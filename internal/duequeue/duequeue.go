// Package duequeue reads and runs queues of items that are due at a height. A queue is a set of keys (height, id). It is read from its
// front, up to the block's height and up to a limit. So the cost of a block depends on the items that are due, and not on the length of
// the queue. Items beyond the limit stay in the queue, and come first in the next block.
package duequeue

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Height is the type of a block height in a key.
type Height interface{ int64 | uint64 }

// Key is a key of a queue: the height at which an item is due, and its id.
type Key[H Height, ID any] = collections.Pair[H, ID]

// Set is a queue.
type Set[H Height, ID any] = collections.KeySet[Key[H, ID]]

// UpTo returns the range of the items that are due at this block's height or before it.
func UpTo[H Height, ID any](ctx sdk.Context) collections.Ranger[Key[H, ID]] {
	return collections.NewPrefixUntilPairRange[H, ID](H(ctx.BlockHeight()))
}

// Due returns at most limit keys of items that are due now: the oldest first, and by id within a height.
func Due[H Height, ID any](ctx sdk.Context, queue Set[H, ID], limit int) ([]Key[H, ID], error) {
	if limit <= 0 {
		return nil, nil
	}
	var keys []Key[H, ID]
	err := queue.Walk(ctx, UpTo[H, ID](ctx), func(key Key[H, ID]) (bool, error) {
		keys = append(keys, key)
		return len(keys) >= limit, nil
	})
	return keys, err
}

// TakeDue takes the due items off the queue, and calls do for each in the order of Due. An item is taken off before do is called, so that
// it never runs twice unless do queues it again. TakeDue returns the number of items.
func TakeDue[H Height, ID any](ctx sdk.Context, queue Set[H, ID], limit int, do func(ID)) (int, error) {
	keys, err := Due(ctx, queue, limit)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		if err := queue.Remove(ctx, key); err != nil {
			return 0, err
		}
		do(key.K2())
	}
	return len(keys), nil
}
