package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Results on chain (docs/adr/0048-small-results-live-on-chain.md). A reveal may bring the file that the deal names, with a proof
// that it is part of the revealed result. The file is kept once under the task and the digest of the answer, even if several seats
// bring it. When no further answer is awaited, only the file of the accepted answer stays, until the task is pruned.

// onchainKey is (task, digest of an answer).
type onchainKey = collections.Pair[string, []byte]

// keepOnchain stores the file that a reveal brought, unless another seat brought it before.
func (k Keeper) keepOnchain(ctx context.Context, task string, outcome types.Outcome, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	key, err := onchainKeyOf(task, outcome)
	if err != nil {
		return err
	}
	if has, err := k.Onchain.Has(ctx, key); err != nil || has {
		return err
	}
	return k.Onchain.Set(ctx, key, data)
}

func onchainKeyOf(task string, outcome types.Outcome) (onchainKey, error) {
	digest, err := types.ParseDigest(outcome.Digest)
	return collections.Join(task, digest[:]), err
}

// dropOtherOnchain removes the files of all answers except the accepted one, once no further answer is awaited.
func (k Keeper) dropOtherOnchain(ctx context.Context, it *item) error {
	if it.deal.MaxOnchain == 0 || !it.stored.KeepsOne() {
		return nil
	}
	keys, err := k.listOnchain(ctx, it.stored.Id)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if it.stored.Accepted(types.DigestText([32]byte(key.K2()))) {
			continue
		}
		if err := k.Onchain.Remove(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// listOnchain returns the keys of a task's files: at most one for each seat that the task had.
func (k Keeper) listOnchain(ctx context.Context, task string) ([]onchainKey, error) {
	iter, err := k.Onchain.Iterate(ctx, collections.NewPrefixedPairRange[string, []byte](task))
	if err != nil {
		return nil, err
	}
	return iter.Keys()
}

// OnchainResult returns the file of a task's accepted answer that is kept on chain, for other modules; found is false if there is
// none. An answer under audit can still be overturned: Task.Final says whether it can.
func (k Keeper) OnchainResult(ctx context.Context, t types.Task) (data []byte, found bool, err error) {
	if t.Ending != types.ENDING_ACCEPTED || t.Verdict == nil {
		return nil, false, nil
	}
	key, err := onchainKeyOf(t.Id, *t.Verdict)
	if err != nil {
		return nil, false, err
	}
	return records.Find(ctx, k.Onchain, key)
}

// showOnchain returns a task's result on chain in the form of queries, or nil if there is none.
func (k Keeper) showOnchain(ctx context.Context, t types.Task, file string) (*types.OnchainResult, error) {
	data, found, err := k.OnchainResult(ctx, t)
	if err != nil || !found {
		return nil, err
	}
	return &types.OnchainResult{Task: t.Id, Digest: t.Verdict.Digest, File: file, Data: data}, nil
}

// exportOnchain returns all files on chain, in the order of tasks and digests.
func (k Keeper) exportOnchain(ctx context.Context) (out []types.OnchainResult, err error) {
	err = k.Onchain.Walk(ctx, nil, func(key onchainKey, data []byte) (bool, error) {
		out = append(out, types.OnchainResult{Task: key.K1(), Digest: types.DigestText([32]byte(key.K2())), Data: data})
		return false, nil
	})
	return out, err
}

// initOnchain stores the files of an export.
func (k Keeper) initOnchain(ctx context.Context, g types.GenesisState) error {
	for _, r := range g.Onchain {
		if err := k.keepOnchain(ctx, r.Task, types.Outcome{Digest: r.Digest}, r.Data); err != nil {
			return err
		}
	}
	return nil
}
