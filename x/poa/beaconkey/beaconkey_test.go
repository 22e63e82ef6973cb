package beaconkey_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloudflare/circl/ecc/bls12381"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/poa/beaconkey"
)

func newKey(t testing.TB, b byte) *beaconkey.PrivateKey {
	t.Helper()
	k, err := beaconkey.New(bytes.Repeat([]byte{b}, beaconkey.SeedSize))
	require.NoError(t, err)
	return k
}

func TestSignVerify(t *testing.T) {
	k, other := newKey(t, 1), newKey(t, 2)
	msg := []byte("message")
	sig := k.Sign(msg)
	require.Equal(t, sig, k.Sign(msg), "one signature a message")
	require.NoError(t, beaconkey.Verify(k.PublicKey(), msg, sig))
	flipped := bytes.Clone(sig)
	flipped[0] ^= 0x20 // the other root: the negated point

	identity := make([]byte, beaconkey.SignatureSize)
	identity[0] = 0xc0
	var point bls12381.G1
	require.NoError(t, point.SetBytes(sig))
	for _, tc := range []struct {
		name          string
		pub, msg, sig []byte
		want          error
	}{
		{"another key", other.PublicKey(), msg, sig, beaconkey.ErrSignature},
		{"another message", k.PublicKey(), []byte("massage"), sig, beaconkey.ErrSignature},
		{"negated", k.PublicKey(), msg, flipped, beaconkey.ErrSignature},
		{"short", k.PublicKey(), msg, sig[:47], beaconkey.ErrSignature},
		{"long", k.PublicKey(), msg, append(bytes.Clone(sig), 0), beaconkey.ErrSignature},
		{"empty", k.PublicKey(), msg, nil, beaconkey.ErrSignature},
		{"uncompressed", k.PublicKey(), msg, point.Bytes(), beaconkey.ErrSignature},
		{"infinity", k.PublicKey(), msg, identity, beaconkey.ErrSignature},
		{"infinity that says it is not compressed", k.PublicKey(), msg, append([]byte{0x40}, identity[1:]...), beaconkey.ErrSignature},
		{"a key at infinity that says it is not compressed", append([]byte{0x40}, make([]byte, beaconkey.PublicKeySize-1)...), msg, sig, beaconkey.ErrPublicKey},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.ErrorIs(t, beaconkey.Verify(tc.pub, tc.msg, tc.sig), tc.want)
		})
	}
}

func TestPublicKeys(t *testing.T) {
	pub := newKey(t, 1).PublicKey()
	infinity := make([]byte, beaconkey.PublicKeySize)
	infinity[0] = 0xc0
	var point bls12381.G2
	require.NoError(t, point.SetBytes(pub))
	garbled := bytes.Clone(pub)
	garbled[95] ^= 1
	for _, tc := range []struct {
		name string
		pub  []byte
	}{
		{"empty", nil},
		{"short", pub[:95]},
		{"long", append(bytes.Clone(pub), 0)},
		{"infinity", infinity},
		{"zeros", make([]byte, beaconkey.PublicKeySize)},
		{"uncompressed", point.Bytes()},
		{"not on the curve or not in the subgroup", garbled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.ErrorIs(t, beaconkey.ValidatePublicKey(tc.pub), beaconkey.ErrPublicKey)
		})
	}
	require.NoError(t, beaconkey.ValidatePublicKey(pub))
}

func TestPossession(t *testing.T) {
	k, other := newKey(t, 1), newKey(t, 2)
	require.NoError(t, beaconkey.VerifyPossession(k.PublicKey(), k.Possession()))
	require.ErrorIs(t, beaconkey.VerifyPossession(other.PublicKey(), k.Possession()), beaconkey.ErrPossession)
	require.ErrorIs(t, beaconkey.VerifyPossession(k.PublicKey(), k.Sign(k.PublicKey())), beaconkey.ErrPossession)
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config", beaconkey.FileName)
	_, err := beaconkey.Load(path, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	seed, err := beaconkey.NewSeed(rand.Reader)
	require.NoError(t, err)
	saved, err := beaconkey.Save(path, seed)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	loaded, err := beaconkey.Load(path, nil)
	require.NoError(t, err)
	require.Equal(t, saved.PublicKey(), loaded.PublicKey())
	_, err = beaconkey.Save(path, seed)
	require.ErrorIs(t, err, os.ErrExist, "a key is never overwritten")

	require.NoError(t, os.Chmod(path, 0o644))
	_, err = beaconkey.Load(path, nil)
	require.ErrorContains(t, err, "0600")
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.WriteFile(path, []byte(`{"type":"x"}`), 0o600))
	_, err = beaconkey.Load(path, nil)
	require.ErrorContains(t, err, "type")
}

func TestFieldsAreUnambiguous(t *testing.T) {
	require.NotEqual(t, beaconkey.Fields([]byte("ab"), []byte("c")), beaconkey.Fields([]byte("a"), []byte("bc")))
	require.NotEqual(t, beaconkey.Fields([]byte("ab")), beaconkey.Fields([]byte("ab"), nil))
}
