package setup

import (
	"testing"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/privval"
	"github.com/stretchr/testify/require"
)

// FuzzParseConsensusKey: no content of a key file makes its reader panic. A key that is taken can sign.
func FuzzParseConsensusKey(f *testing.F) {
	secret := ed25519.GenPrivKeyFromSecret([]byte("a test"))
	content, err := cmtjson.Marshal(privval.FilePVKey{Address: secret.PubKey().Address(), PubKey: secret.PubKey(), PrivKey: secret})
	require.NoError(f, err)
	f.Add(content)
	f.Add([]byte(`{"address":"00","priv_key":{"type":"tendermint/PrivKeyEd25519","value":"AAAA"}}`))
	f.Add([]byte(`{"address":"00","priv_key":{"type":"tendermint/PrivKeyEd25519","value":null}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		key, err := ParseConsensusKey(content)
		if err != nil {
			return
		}
		signature, err := key.PrivKey.Sign([]byte("x"))
		require.NoError(t, err)
		require.True(t, key.PubKey.VerifySignature([]byte("x"), signature))
	})
}
