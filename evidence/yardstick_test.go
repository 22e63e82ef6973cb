package evidence_test

import (
	"testing"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/stretchr/testify/require"
)

// BenchmarkYardstick measures the check of a transaction's signature, for which the chain takes 1,000 gas. The costs of evidence are
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
