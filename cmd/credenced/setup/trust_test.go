package setup

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The trusted block is given by its height and its whole hash. The hash of a validator set, which receipts also take, is refused.
func TestParseTrust(t *testing.T) {
	hash := strings.Repeat("AB", 32)
	for _, text := range []string{"12:" + hash, "12:" + strings.ToLower(hash)} {
		trust, err := ParseTrust(text)
		require.NoError(t, err)
		require.Equal(t, "12:"+hash, trust.String())
	}
	for _, text := range []string{"", "12", hash, "0:" + hash, "-1:" + hash, "x:" + hash, "12:AB", "12:" + hash + "00", "12:" + strings.Repeat("zz", 32)} {
		trust, err := ParseTrust(text)
		require.ErrorContains(t, err, "expected HEIGHT:HASH, the hash of 64 hex digits", text)
		require.Zero(t, trust)
	}
}
