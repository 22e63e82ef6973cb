package encoding

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
)

// decodeTx reads transactions as the SDK does, and refuses those without a fee section: whoever asks the SDK for the gas of one,
// as the mempool and the proposer do, would panic.
func decodeTx(cdc codec.Codec) sdk.TxDecoder {
	decode := authtx.DefaultTxDecoder(cdc)
	return func(bytes []byte) (sdk.Tx, error) {
		tx, err := decode(bytes)
		if err != nil {
			return nil, err
		}
		if whole, is := tx.(interface{ GetProtoTx() *txtypes.Tx }); is && whole.GetProtoTx().AuthInfo.Fee == nil {
			return nil, errorsmod.Wrap(sdkerrors.ErrTxDecode, "auth_info.fee: got none, expected a fee with a gas limit")
		}
		return tx, nil
	}
}
