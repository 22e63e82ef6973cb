package compact

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"
)

// TestKeys: keys of several parts are decoded as they were encoded. They take no more bytes than their parts.
func TestKeys(t *testing.T) {
	who := Address(addresses)
	party := collections.TripleKeyCodec(who, collections.Uint64Key, ID)
	deal := collections.PairKeyCodec(ID, collections.Uint64Key)
	rapid.Check(t, func(t *rapid.T) {
		texts, n := textsOf(t), rapid.Uint64().Draw(t, "n")
		id, address := texts["credence.ID"], texts["cosmos.AddressString"]
		a := collections.Join3(address, n, id)
		bz, err := collections.EncodeKeyWithPrefix(nil, party, a)
		require.NoError(t, err)
		require.Len(t, bz, 1+20+8+32)
		_, back, err := party.Decode(bz)
		require.NoError(t, err)
		require.Equal(t, a, back)

		b := collections.Join(id, n)
		bz, err = collections.EncodeKeyWithPrefix(nil, deal, b)
		require.NoError(t, err)
		require.Len(t, bz, 32+8)
		_, two, err := deal.Decode(bz)
		require.NoError(t, err)
		require.Equal(t, b, two)

		stored, err := IDValue.Encode(id)
		require.NoError(t, err)
		require.Len(t, stored, 32)
	})
}

// TestIDsKeepTheirOrder: walks and pages follow the order of the texts of the ids.
func TestIDsKeepTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, two := textsOf(t)["credence.ID"], textsOf(t)["credence.ID"]
		a, err := collections.EncodeKeyWithPrefix(nil, ID, one)
		require.NoError(t, err)
		b, err := collections.EncodeKeyWithPrefix(nil, ID, two)
		require.NoError(t, err)
		require.Equal(t, one < two, bytes.Compare(a, b) < 0)
	})
}

func TestKeysRefuse(t *testing.T) {
	for _, k := range []collections.Pair[string, string]{collections.Join("x", "y"), collections.Join("", "")} {
		_, err := collections.EncodeKeyWithPrefix(nil, collections.PairKeyCodec(ID, Address(addresses)), k)
		require.ErrorIs(t, err, collections.ErrEncoding)
		_, err = collections.EncodeKeyWithPrefix(nil, collections.PairKeyCodec(Address(addresses), ID), k)
		require.ErrorIs(t, err, collections.ErrEncoding)
	}
	_, _, err := ID.DecodeNonTerminal(make([]byte, 31))
	require.ErrorContains(t, err, "expected the 32 bytes of an id")
}
