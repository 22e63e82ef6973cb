package keeper

import (
	"cmp"
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/verifiers/types"
)

// IsUsable says whether proofs under a verifier count in this block: the verifier exists, its delay is over, and it was not
// stopped.
func (k Keeper) IsUsable(ctx context.Context, name string) (bool, error) {
	v, err := k.GetVerifier(ctx, name)
	if errors.Is(err, types.ErrNotFound) {
		return false, nil
	}
	return err == nil && v.CheckUsable(heightOf(ctx)) == nil, err
}

// CheckApp returns why no proof under a verifier can show an answer of an app in this block: ErrNotFound, ErrStopped, ErrTooEarly
// or ErrUnfit. It is asked before anything is paid.
func (k Keeper) CheckApp(ctx context.Context, name string, a types.App) error {
	v, err := k.GetVerifier(ctx, name)
	if err != nil {
		return err
	}
	return cmp.Or(v.CheckUsable(heightOf(ctx)), v.CheckApp(a))
}

// Verify returns why a proof does not show a claim under a verifier, or nil.
//
// In a recheck of the mempool, and for a proposal, Verify asks only whether the verifier counts. The proof was checked when the
// transaction came. A stopped verifier is noticed, but a proof that was right stays right and is not computed anew.
func (k Keeper) Verify(ctx context.Context, name string, c types.Claim, evidence []byte) error {
	v, err := k.GetVerifier(ctx, name)
	if err != nil {
		return err
	}
	if err := v.CheckUsable(heightOf(ctx)); err != nil {
		return err
	}
	if s := sdk.UnwrapSDKContext(ctx); s.IsReCheckTx() || s.ExecMode() == sdk.ExecModePrepareProposal {
		return nil
	}
	return v.Check(c, evidence)
}
