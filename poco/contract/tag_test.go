package contract

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIsTag(t *testing.T) {
	for _, tag := range []string{"a", "0", ".", "tee.sgx", "a-b", "avx2", strings.Repeat("a", 32)} {
		require.True(t, IsTag(tag), tag)
	}
	for _, none := range []string{"", strings.Repeat("a", 33), "GPU", "a_b", "a b", "a\n", "é", "a\xff", "a/b"} {
		require.False(t, IsTag(none), "%q", none)
	}
}
