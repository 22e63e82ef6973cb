package app

import (
	"context"
	"slices"

	cmttypes "github.com/cometbft/cometbft/types"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
)

// limits refuses messages that no account may send, or that some accounts may not send, whatever role the message asks for.
type limits struct{ courts courtKeys }

func newLimits(poa poakeeper.Keeper) limits { return limits{courtKeys{poa}} }

// Allow implements guard.Limits.
func (l limits) Allow(ctx context.Context, account sdk.AccAddress, msg any) error {
	if m, is := msg.(*consensustypes.MsgUpdateParams); is {
		if err := checkConsensusParams(m); err != nil {
			return err
		}
	}
	if m, is := msg.(*feegrant.MsgGrantAllowance); is && !holdsAllowance(m.Allowance) {
		return sdkerrors.ErrInvalidRequest.Wrap("allowance: got none, expected one, also within another")
	}
	if _, is := msg.(*govv1.MsgExecLegacyContent); is {
		return sdkerrors.ErrInvalidRequest.Wrap("content: the application has no proposals of the first kind; propose messages")
	}
	return l.courts.Allow(ctx, account, msg)
}

// holdsAllowance says whether there is an allowance, also inside an allowance that is limited to some messages. Without one its
// handler panics.
func holdsAllowance(packed *codectypes.Any) bool {
	if packed == nil {
		return false
	}
	if some, is := packed.GetCachedValue().(*feegrant.AllowedMsgAllowance); is {
		return holdsAllowance(some.Allowance)
	}
	return packed.GetCachedValue() != nil
}

// checkConsensusParams refuses parameters that would stop the engine for good: the application extends no votes, and every seat's
// key is of one type.
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
