// Package duequeue reads and runs queues of items that are due at a height. A queue is a set of keys (height, id): it is
// read from its front, up to the block's height and to a limit, so that the cost of a block depends on what is due in it
// and not on how much waits. What is over the limit stays in the queue, and comes first in the next block.
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

// UpTo returns the range of what is due at this block's height or before it.
func UpTo[H Height, ID any](ctx sdk.Context) collections.Ranger[Key[H, ID]] {
	return collections.NewPrefixUntilPairRange[H, ID](H(ctx.BlockHeight()))
}

// Due returns the keys of what is due now: the oldest first, within a height in the order of their ids, at most limit.
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

// TakeDue takes what is due off the queue and runs do on each, in the order of Due. An item is off the queue before it
// is run: whatever do makes of it, it is not run a second time, unless do queues it again. It returns how many there were.
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
