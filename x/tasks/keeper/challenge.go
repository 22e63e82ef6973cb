package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// challenge takes a bond against an accepted answer, or for its bytes; the block hook then calls the court. The bond is the fees
// of all seats that are active now, or challenge_bond if that is more. It returns ErrBond when the bond exceeds the message's
// max_bond.
func (k Keeper) challenge(ctx context.Context, msg *types.MsgChallenge) (uint64, error) {
	challenger, task, maxBond := msg.Challenger, msg.Task, msg.MaxBond
	id, err := types.ParseID(task)
	if err != nil {
		return 0, err
	}
	from, err := k.addresses.StringToBytes(challenger)
	if err != nil {
		return 0, errorsmod.Wrapf(types.ErrInvalid, "challenger: %s", err)
	}
	it, err := k.loadTask(ctx, task)
	if err != nil {
		return 0, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	bench, err := k.seats.ActiveCount(ctx)
	if err != nil {
		return 0, err
	}
	bond := it.state.Terms.ChallengeBond(bench, params.ChallengeBond)
	if err := it.takeEvent(poco.Challenged{
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), By: challenger, Bond: bond, Bytes: msg.Bytes,
	}); err != nil {
		return 0, err
	}
	if bond > maxBond {
		return 0, errorsmod.Wrapf(types.ErrBond, "max_bond: got %d ucred, expected at least %d, the fees of %d court seats or the least bond %d", maxBond, bond, bench, params.ChallengeBond)
	}
	if err := k.postBond(ctx, from, id, bond); err != nil {
		return 0, err
	}
	if err := k.saveTask(ctx, it); err != nil {
		return 0, err
	}
	return bond, emitEvent(ctx, &types.EventAudit{Task: task, Cause: types.AuditCause(it.state.Audit.Cause), Challenger: challenger, Bond: bond})
}
