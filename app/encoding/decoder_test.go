package encoding_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/credence-chain/credence/app/encoding"
)

func TestATransactionWithoutAFeeIsRefused(t *testing.T) {
	cfg := encoding.New()
	encode := func(info *txtypes.AuthInfo) []byte {
		body, err := cfg.Codec.Marshal(&txtypes.TxBody{Memo: "hello"})
		require.NoError(t, err)
		auth, err := cfg.Codec.Marshal(info)
		require.NoError(t, err)
		raw, err := cfg.Codec.Marshal(&txtypes.TxRaw{BodyBytes: body, AuthInfoBytes: auth})
		require.NoError(t, err)
		return raw
	}
	decode := cfg.TxConfig.TxDecoder()
	_, err := decode(encode(&txtypes.AuthInfo{}))
	require.ErrorIs(t, err, sdkerrors.ErrTxDecode)
	require.ErrorContains(t, err, "auth_info.fee: got none")
	_, err = decode(encode(&txtypes.AuthInfo{Fee: &txtypes.Fee{}}))
	require.NoError(t, err)
}
