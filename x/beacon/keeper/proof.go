package keeper

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/beacon/types"
	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// Message returns the bytes that the proposer of the context's block has to sign. The context's state is the one after the
// previous block.
func (k Keeper) Message(ctx context.Context) ([]byte, error) {
	previous, err := k.Seed(ctx)
	if err != nil {
		return nil, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	return types.ProofMessage(sdkCtx.ChainID(), previous, sdkCtx.BlockHeight()), nil
}

// VerifyTxs checks that a block's transactions begin with its proposer's proof, and returns the proof. The key is the one that the
// proposer's seat has in the state after the previous block.
func (k Keeper) VerifyTxs(ctx context.Context, txs [][]byte, proposer sdk.ConsAddress) ([]byte, error) {
	proof, err := types.ProofOf(txs)
	if err != nil {
		return nil, err
	}
	orgID, pubkey, err := k.proposerKey(ctx, proposer)
	if err != nil {
		return nil, err
	}
	msg, err := k.Message(ctx)
	if err != nil {
		return nil, err
	}
	if err := beaconkey.Verify(pubkey, msg, proof); err != nil {
		return nil, types.ErrInvalidProof.Wrapf("of %s: %s", orgID, err)
	}
	return proof, nil
}

// proposerKey returns the beacon key that proves a proposer's blocks, and the organisation that has the key.
func (k Keeper) proposerKey(ctx context.Context, proposer sdk.ConsAddress) (orgID string, pubkey []byte, err error) {
	orgID, pubkey, found, err := k.seats.BeaconKey(ctx, proposer)
	if err == nil && !found {
		err = types.ErrNoSeat.Wrapf("consensus address %X", proposer.Bytes())
	}
	return orgID, pubkey, err
}

// PreBlock verifies the block's proof and stores its seed, before anything else in the block. Validators have verified the proof
// before voting, but a node that replays or syncs blocks has not. An error stops the node.
func (k Keeper) PreBlock(ctx context.Context, txs [][]byte, proposer sdk.ConsAddress) error {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	proof, err := k.VerifyTxs(ctx, txs, proposer)
	if err != nil {
		return fmt.Errorf("beacon of block %d: %w", height, err)
	}
	previous, err := k.Seed(ctx)
	if err != nil {
		return err
	}
	seed := types.NextSeed(previous, proof)
	if err := k.Latest.Set(ctx, types.Seed{Height: height, Seed: seed}); err != nil {
		return err
	}
	if err := k.Seeds.Set(ctx, height, seed); err != nil {
		return err
	}
	return k.pruneSeeds(ctx, height)
}

// maxPruned is the largest number of old seeds that one block removes. It is more than one, so that the store shrinks after the
// retention was shortened.
const maxPruned = 2

// pruneSeeds removes the oldest seeds beyond the retention.
func (k Keeper) pruneSeeds(ctx context.Context, height int64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	var old []int64
	err = k.Seeds.Walk(ctx, nil, func(h int64, _ []byte) (bool, error) {
		if h > height-params.Retention || len(old) == maxPruned {
			return true, nil
		}
		old = append(old, h)
		return false, nil
	})
	if err != nil {
		return err
	}
	for _, h := range old {
		if err := k.Seeds.Remove(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// Signer signs proofs with a seat's beacon keys: its present key, and a key to which it rotates.
type Signer interface {
	// SignAs signs with the secret of a public key. has is false when the signer does not have that secret.
	SignAs(pubkey, msg []byte) (signature []byte, has bool)
}

// Prove returns the first transaction of the context's block, signed with the key that the proposer's seat has now.
func (k Keeper) Prove(ctx context.Context, signer Signer, proposer sdk.ConsAddress) ([]byte, error) {
	orgID, pubkey, err := k.proposerKey(ctx, proposer)
	if err != nil {
		return nil, err
	}
	msg, err := k.Message(ctx)
	if err != nil {
		return nil, err
	}
	signature, has := signer.SignAs(pubkey, msg)
	if !has {
		return nil, types.ErrInvalidProof.Wrapf("this node has no secret of the beacon key %X of %s", pubkey, orgID)
	}
	return types.ProofTx(signature), nil
}

var _ Signer = beaconkey.Ring(nil)
