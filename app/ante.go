package app

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/x/beacon/proposal"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// withGasShare refuses transactions that ask for more gas than a block gives to one, before they reach the mempool; a
// block that held one would be refused as well.
func withGasShare(next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		block := ctx.ConsensusParams().Block
		if fee, ok := tx.(sdk.FeeTx); ok && block != nil && block.MaxGas > 0 && !simulate {
			if most := (proposal.Limits{Gas: uint64(block.MaxGas)}).PerTx(); fee.GetGas() > most {
				return ctx, errorsmod.Wrapf(sdkerrors.ErrInvalidGasLimit, "gas: got %d, expected at most %d in one transaction", fee.GetGas(), most)
			}
		}
		return next(ctx, tx, simulate)
	}
}

// hasDeadline says whether a transaction consists of answers to tasks: those who send them lose a stake when they come
// too late, so they go into a block before everything else.
func hasDeadline(tx sdk.Tx) bool {
	msgs := tx.GetMsgs()
	for _, m := range msgs {
		switch m.(type) {
		case *taskstypes.MsgCommit, *taskstypes.MsgReveal, *taskstypes.MsgDecline:
		default:
			return false
		}
	}
	return len(msgs) > 0
}
