package encoding_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app/encoding"
)

// The cached answers equal those of the SDK's codec, errors included.
func TestAddressesAreThoseOfTheSDK(t *testing.T) {
	ours, theirs := encoding.Addresses(), addresscodec.Bech32Codec{Bech32Prefix: encoding.AddressPrefix}
	for _, raw := range [][]byte{nil, {1}, bytes.Repeat([]byte{7}, 20), bytes.Repeat([]byte{8}, 32), bytes.Repeat([]byte{9}, 255), bytes.Repeat([]byte{9}, 256)} {
		want, wantErr := theirs.BytesToString(raw)
		for range 2 {
			text, err := ours.BytesToString(raw)
			require.Equal(t, wantErr, err)
			require.Equal(t, want, text)
		}
		for _, text := range []string{want, strings.ToUpper(want), want + "q", "cosmos" + want, " " + want, ""} {
			want, wantErr := theirs.StringToBytes(text)
			for range 2 {
				bz, err := ours.StringToBytes(text)
				require.Equal(t, wantErr == nil, err == nil, "%q: %v", text, err)
				require.Equal(t, want, bz)
			}
		}
	}
}

// A caller that changes the bytes it received does not change what the next caller receives.
func TestRememberedAddressesAreCopies(t *testing.T) {
	codec := encoding.Addresses()
	text, err := codec.BytesToString(bytes.Repeat([]byte{5}, 20))
	require.NoError(t, err)
	first, err := codec.StringToBytes(text)
	require.NoError(t, err)
	first[0] = 99
	again, err := codec.StringToBytes(text)
	require.NoError(t, err)
	require.Equal(t, bytes.Repeat([]byte{5}, 20), again)
}

// Reading an address reads the SDK's configuration. That read allocates nothing.
func TestReadingAnAddressIsCheap(t *testing.T) {
	text := sdk.AccAddress(bytes.Repeat([]byte{6}, 20)).String()
	require.True(t, strings.HasPrefix(text, encoding.AddressPrefix+"1"))
	require.Less(t, testing.AllocsPerRun(100, func() { sdk.GetConfig() }), 1.0)
}
