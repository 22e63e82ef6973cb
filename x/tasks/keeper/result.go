package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/tasks/types"
)

// Result implements the hook of x/deals. It returns the digest of a task's accepted result; found is false for a task that does not exist,
// has not ended, or ended with another answer or none. Pruned tasks are found too.
func (k Keeper) Result(ctx context.Context, id string) (digest string, found bool, err error) {
	t, err := k.FindTask(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return "", false, nil
	}
	if err != nil || t.Ending != types.ENDING_ACCEPTED || t.Verdict == nil || t.Verdict.Kind != types.KIND_RESULT {
		return "", false, err
	}
	return t.Verdict.Digest, true, nil
}

// OnchainOf implements the hook of x/deals. It returns what lives on chain of a task's accepted answer; found is false if nothing does.
func (k Keeper) OnchainOf(ctx context.Context, id string) (data []byte, found bool, err error) {
	t, err := k.FindTask(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return k.OnchainResult(ctx, t)
}
