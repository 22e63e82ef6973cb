package compact

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"
)

var kinds = []Kind{{Prefix: "owner/", Byte: 'o', Account: true}, {Prefix: "pool/", Byte: 'p'}}

func TestParties(t *testing.T) {
	party := collections.PairKeyCodec(Party(addresses, kinds), collections.Uint64Key)
	rapid.Check(t, func(t *rapid.T) {
		for text, size := range map[string]int{"owner/" + addressText(t): 20, "pool/default": 7} {
			k := collections.Join(text, uint64(7))
			bz, err := collections.EncodeKeyWithPrefix(nil, party, k)
			require.NoError(t, err)
			require.Len(t, bz, 1+1+size+8)
			_, back, err := party.Decode(bz)
			require.NoError(t, err)
			require.Equal(t, k, back)
		}
	})
}

func TestPartiesRefuse(t *testing.T) {
	party := Party(addresses, kinds)
	for _, text := range []string{"", "owner/", "owner/x", "friend/x", "x"} {
		_, err := collections.EncodeKeyWithPrefix(nil, party, text)
		require.ErrorIs(t, err, collections.ErrEncoding, "%q", text)
	}
	for _, raw := range []string{"", "x", "o"} {
		_, _, err := party.Decode([]byte(raw))
		require.Error(t, err, "%q", raw)
	}
}
