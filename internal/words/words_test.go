package words_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/internal/words"
)

// TestIsMade compares IsMade with a byte-by-byte check, over strings of any bytes.
func TestIsMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching(`[a-z0-9._-]{0,6}`), rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "s")
		made := true
		for _, c := range []byte(s) {
			made = made && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.')
		}
		require.Equal(t, made, words.IsMade(s, ".-"))
	})
}
