package keeper

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/x/market/types"
)

// AccountKeeper names the module's account and tells the price of signatures. It is declared here and not in types, because clients
// import types, and x/auth's parameters would make them link half a node.
type AccountKeeper interface {
	types.AccountKeeper
	GetParams(ctx context.Context) authtypes.Params
}

// consumeSignature charges the gas of a signature as the ante handler does for a transaction's.
func (k Keeper) consumeSignature(ctx sdk.Context) func(signing.SignatureV2) error {
	return func(sig signing.SignatureV2) error {
		if err := ante.DefaultSigVerificationGasConsumer(ctx.GasMeter(), sig, k.accounts.GetParams(ctx)); err != nil {
			return types.ErrSignature.Wrap(fmt.Sprint(err))
		}
		return nil
	}
}
