package encoding_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
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

// TestAnEnvelopeThatWouldPanicIsRefused: the decoder refuses transactions on which the SDK's checks would panic.
func TestAnEnvelopeThatWouldPanicIsRefused(t *testing.T) {
	cfg := encoding.New()
	key := func(bytes []byte) *codectypes.Any {
		packed, err := codectypes.NewAnyWithValue(&secp256k1.PubKey{Key: bytes})
		require.NoError(t, err)
		return packed
	}
	multi := func(inner ...*txtypes.ModeInfo) *txtypes.ModeInfo {
		return &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Multi_{Multi: &txtypes.ModeInfo_Multi{ModeInfos: inner}}}
	}
	single := &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Single_{Single: &txtypes.ModeInfo_Single{}}}
	group := func(keys ...*codectypes.Any) *codectypes.Any {
		packed, err := codectypes.NewAnyWithValue(&multisig.LegacyAminoPubKey{Threshold: 1, PubKeys: keys})
		require.NoError(t, err)
		return packed
	}
	good := secp256k1.GenPrivKeyFromSecret([]byte("a")).PubKey().Bytes()
	for _, tc := range []struct {
		name    string
		granter string
		mode    *txtypes.ModeInfo
		key     *codectypes.Any
		says    string
	}{
		{"good", sdk.AccAddress(make([]byte, 20)).String(), multi(single, multi(single)), group(key(good)), ""},
		{"without key and mode", "", nil, nil, ""},
		{"granter", "nobody", single, key(good), "auth_info.fee.granter"},
		{"mode", "", &txtypes.ModeInfo{}, key(good), "auth_info.signer_infos[0].mode_info"},
		{"mode within one", "", multi(single, multi(&txtypes.ModeInfo{})), key(good), "expected single or multi"},
		{"short key", "", single, key(good[:32]), "public_key: got 32 bytes, expected 33"},
		{"empty key of another kind", "", single, &codectypes.Any{TypeUrl: "/cosmos.crypto.secp256r1.PubKey"}, "got an empty key"},
		{"short key within one", "", single, group(key(good), key(nil)), "got 0 bytes, expected 33"},
		{"none within one", "", single, group(&codectypes.Any{}), "unable to resolve type URL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			auth := &txtypes.AuthInfo{Fee: &txtypes.Fee{Granter: tc.granter}, SignerInfos: []*txtypes.SignerInfo{{ModeInfo: tc.mode, PublicKey: tc.key}}}
			raw := &txtypes.TxRaw{Signatures: [][]byte{{1}}}
			var err error
			raw.AuthInfoBytes, err = cfg.Codec.Marshal(auth)
			require.NoError(t, err)
			encoded, err := cfg.Codec.Marshal(raw)
			require.NoError(t, err)
			_, err = cfg.TxConfig.TxDecoder()(encoded)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, sdkerrors.ErrTxDecode)
			require.ErrorContains(t, err, tc.says)
		})
	}
}
