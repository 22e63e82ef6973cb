package app

import (
	"context"
	"slices"

	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
)

// limits are what no account may send, or some accounts may not, whatever role the message asks for.
type limits struct{ courts courtKeys }

func newLimits(poa poakeeper.Keeper) limits { return limits{courtKeys{poa}} }

// Allow implements guard.Limits.
func (l limits) Allow(ctx context.Context, account sdk.AccAddress, msg any) error {
	if m, is := msg.(*consensustypes.MsgUpdateParams); is {
		if err := checkConsensusParams(m); err != nil {
			return err
		}
	}
	if _, is := msg.(*govv1.MsgExecLegacyContent); is {
		return sdkerrors.ErrInvalidRequest.Wrap("content: the application has no proposals of the first kind; propose messages")
	}
	return l.courts.Allow(ctx, account, msg)
}

// checkConsensusParams refuses parameters with which the engine would stop for good: the application extends no votes, and every
// seat's key is of one type.
func checkConsensusParams(m *consensustypes.MsgUpdateParams) error {
	if m.Abci != nil && m.Abci.VoteExtensionsEnableHeight != 0 {
		return sdkerrors.ErrInvalidRequest.Wrapf("abci.vote_extensions_enable_height: %d, expected 0: the application extends no votes, and the chain would stop",
			m.Abci.VoteExtensionsEnableHeight)
	}
	if m.Validator != nil && !slices.Contains(m.Validator.PubKeyTypes, cmttypes.ABCIPubKeyTypeEd25519) {
		return sdkerrors.ErrInvalidRequest.Wrapf("validator.pub_key_types: %q, expected %q among them: it is that of every seat, and the chain would stop",
			m.Validator.PubKeyTypes, cmttypes.ABCIPubKeyTypeEd25519)
	}
	return nil
}
