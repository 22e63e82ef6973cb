package keeper

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"

	"github.com/credence-chain/credence/x/market/types"
)

// consumeSignature charges the gas of a signature as the ante handler does for a transaction's.
func (k Keeper) consumeSignature(ctx sdk.Context) func(signing.SignatureV2) error {
	return func(sig signing.SignatureV2) error {
		if err := ante.DefaultSigVerificationGasConsumer(ctx.GasMeter(), sig, k.accounts.GetParams(ctx)); err != nil {
			return types.ErrSignature.Wrap(fmt.Sprint(err))
		}
		return nil
	}
}
