package compact

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

// FuzzDecode: no bytes in a store make the readers of records and keys panic. A record that was read is encoded so that it is read as
// the same record again.
func FuzzDecode(f *testing.F) {
	raw := Value[banktypes.MsgMultiSend](cdc, addresses)
	text, err := addresses.BytesToString(bytes.Repeat([]byte{7}, 20))
	require.NoError(f, err)
	stored, err := raw.Encode(banktypes.MsgMultiSend{Outputs: []banktypes.Output{{Address: text, Coins: sdk.NewCoins(sdk.NewInt64Coin("ucred", 7))}}})
	require.NoError(f, err)
	f.Add(stored)
	f.Add([]byte("\x0a\x7f"))
	f.Add(bytes.Repeat([]byte{1}, 32))
	account := Address(addresses)
	f.Fuzz(func(t *testing.T, stored []byte) {
		_, _, _ = ID.Decode(stored)
		_, _, _ = ID.DecodeNonTerminal(stored)
		_, _, _ = account.Decode(stored)
		_, _, _ = account.DecodeNonTerminal(stored)
		record, err := raw.Decode(stored)
		if err != nil {
			return
		}
		first, err := raw.Encode(record)
		if err != nil {
			return // protobuf's decoder takes values that have no text, for example an address of no bytes
		}
		again, err := raw.Decode(first)
		require.NoError(t, err)
		second, err := raw.Encode(again)
		require.NoError(t, err)
		require.Equal(t, first, second)
	})
}
