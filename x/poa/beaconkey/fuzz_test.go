package beaconkey_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// FuzzVerify: no public key, message and signature make the check panic. Under a good key no other message and no other encoding has
// a signature that holds.
func FuzzVerify(f *testing.F) {
	key := newKey(f, 1)
	message := []byte("message")
	good := key.Sign(message)
	f.Add(key.PublicKey(), message, good)
	f.Add(key.PublicKey(), []byte("massage"), good)
	f.Add(make([]byte, beaconkey.PublicKeySize), message, make([]byte, beaconkey.SignatureSize))
	f.Add(append([]byte{0xc0}, make([]byte, beaconkey.PublicKeySize-1)...), message, append([]byte{0xc0}, make([]byte, beaconkey.SignatureSize-1)...))
	f.Fuzz(func(t *testing.T, pub, msg, sig []byte) {
		if beaconkey.Verify(pub, msg, sig) == nil && bytes.Equal(pub, key.PublicKey()) && !(bytes.Equal(msg, message) && bytes.Equal(sig, good)) {
			t.Fatalf("a signature holds that nobody made: %x of %x", sig, msg)
		}
		_ = beaconkey.VerifyPossession(pub, sig)
	})
}

// FuzzCheck: no content of a key file makes its reader panic. One that is taken is a key that signs.
func FuzzCheck(f *testing.F) {
	path := filepath.Join(f.TempDir(), beaconkey.FileName)
	_, err := beaconkey.Save(path, bytes.Repeat([]byte{7}, beaconkey.SeedSize))
	require.NoError(f, err)
	content, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(content)
	f.Add([]byte(`{"type":"credence/beacon-key/bls12381-g2","seed":""}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		if beaconkey.Check(content) != nil {
			return
		}
		require.NoError(t, os.WriteFile(path, content, 0o600))
		key, err := beaconkey.Load(path, nil)
		require.NoError(t, err)
		require.NoError(t, beaconkey.VerifyPossession(key.PublicKey(), key.Possession()))
	})
}
