package compact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

var addresses = address.NewBech32Codec("cred")

// addressText draws an address and returns its text.
func addressText(t *rapid.T) string {
	text, err := addresses.BytesToString(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "address"))
	require.NoError(t, err)
	return text
}

var cdc = codec.NewProtoCodec(codectypes.NewInterfaceRegistry())

// TestValue: a record is decoded as it was encoded. An address in it takes 20 bytes, and its JSON is protobuf's.
func TestValue(t *testing.T) {
	plain, raw := codec.CollValue[banktypes.Output](cdc), Value[banktypes.Output](cdc, addresses)
	rapid.Check(t, func(t *rapid.T) {
		out := banktypes.Output{Address: addressText(t), Coins: sdk.NewCoins(sdk.NewInt64Coin("ucred", 1+rapid.Int64Min(0).Draw(t, "coins")/2))}
		stored, err := raw.Encode(out)
		require.NoError(t, err)
		text, err := plain.Encode(out)
		require.NoError(t, err)
		require.Equal(t, len(text)-len(out.Address)+20, len(stored))
		back, err := raw.Decode(stored)
		require.NoError(t, err)
		require.Equal(t, out, back)

		want, err := plain.EncodeJSON(out)
		require.NoError(t, err)
		got, err := raw.EncodeJSON(out)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	})
}

func TestValueNamesWhatItRefuses(t *testing.T) {
	raw := Value[banktypes.MsgMultiSend](cdc, addresses)
	_, err := raw.Encode(banktypes.MsgMultiSend{Outputs: []banktypes.Output{{Address: "cosmos1x"}}})
	require.ErrorContains(t, err, `outputs: address: "cosmos1x": expected an address`)
	for _, broken := range []string{"\x0a", "\x0a\x7f", "\xff"} {
		_, err = raw.Decode([]byte(broken))
		require.Error(t, err, "%x", broken)
	}
}

// TestValueHasOneTextOfAnAddress: an address in upper case is the same account as in lower case.
func TestValueHasOneTextOfAnAddress(t *testing.T) {
	raw := Value[banktypes.Output](cdc, addresses)
	text, err := addresses.BytesToString(make([]byte, 20))
	require.NoError(t, err)
	stored, err := raw.Encode(banktypes.Output{Address: strings.ToUpper(text)})
	require.NoError(t, err)
	back, err := raw.Decode(stored)
	require.NoError(t, err)
	require.Equal(t, text, back.Address)
}
