package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// TestSplitEvidence takes a key and a signature of their sizes, and nothing else.
func TestSplitEvidence(t *testing.T) {
	whole := make([]byte, poco.AttestationSize)
	whole[0], whole[64] = 1, 2
	key, signature, err := types.SplitEvidence(whole)
	require.NoError(t, err)
	require.Equal(t, []any{byte(1), 64, byte(2)}, []any{key[0], len(key), signature[0]})
	for _, wrong := range [][]byte{nil, whole[1:], append(whole[:len(whole):len(whole)], 0)} {
		_, _, err := types.SplitEvidence(wrong)
		require.ErrorIs(t, err, types.ErrEvidence)
	}
}

// FuzzQuotes: whatever anybody sends as a quote or a certificate is refused or read, and panics nowhere, also when it is checked.
func FuzzQuotes(f *testing.F) {
	f.Add([]byte("CREDSWQ1"), []byte{0x30, 0})
	f.Add(make([]byte, 1184), []byte{})
	params := types.DefaultParams()
	f.Fuzz(func(t *testing.T, quote, certificate []byte) {
		_, _ = types.FamilyOf(quote)
		read := func(s types.Shown, err error) {
			if err == nil {
				_, _ = s.Check(1)
			}
		}
		read(types.ReadTdx(quote, types.TdxCollateral{Levels: certificate}, params))
		read(types.ReadSnp(quote, certificate, types.SnpCollateral{Ask: certificate, Ark: certificate, List: quote}, types.Product{}))
		read(types.ReadSoftware(quote))
		_, _, _ = types.SplitEvidence(quote)
	})
}
