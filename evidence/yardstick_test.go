package evidence_test

import (
	"testing"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/stretchr/testify/require"
)

// BenchmarkYardstick is the check of a signature under a transaction, for which the chain takes 1,000 gas. What evidence costs is
// measured beside it.
func BenchmarkYardstick(b *testing.B) {
	key := secp256k1.GenPrivKey()
	message := []byte("a transaction")
	signature, err := key.Sign(message)
	require.NoError(b, err)
	for b.Loop() {
		if !key.PubKey().VerifySignature(message, signature) {
			b.Fatal("refused")
		}
	}
}
