package beaconkey_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// TestRing loads what a node may find in its folder during the rotation of its key, and signs with the key that is asked for.
func TestRing(t *testing.T) {
	save := func(folder, name string, b byte) {
		_, err := beaconkey.Save(filepath.Join(folder, name), bytes.Repeat([]byte{b}, beaconkey.SeedSize))
		require.NoError(t, err)
	}
	first, next, stranger := newKey(t, 1), newKey(t, 2), newKey(t, 3)

	folder := t.TempDir()
	_, err := beaconkey.LoadRing(folder, nil)
	require.ErrorIs(t, err, os.ErrNotExist, "no key")

	save(folder, beaconkey.FileName, 1)
	ring, err := beaconkey.LoadRing(folder, nil)
	require.NoError(t, err)
	require.True(t, ring.Holds(first.PublicKey()))
	require.False(t, ring.Holds(next.PublicKey()))

	save(folder, beaconkey.NextFileName, 2)
	ring, err = beaconkey.LoadRing(folder, nil)
	require.NoError(t, err)
	for _, key := range []*beaconkey.PrivateKey{first, next} {
		require.True(t, ring.Holds(key.PublicKey()))
		sig, has := ring.SignAs(key.PublicKey(), []byte("message"))
		require.True(t, has)
		require.NoError(t, beaconkey.Verify(key.PublicKey(), []byte("message"), sig))
	}
	require.False(t, ring.Holds(stranger.PublicKey()))
	_, has := ring.SignAs(stranger.PublicKey(), []byte("message"))
	require.False(t, has, "nothing is signed with another key than the one asked for")

	require.NoError(t, os.Remove(filepath.Join(folder, beaconkey.FileName)))
	ring, err = beaconkey.LoadRing(folder, nil)
	require.NoError(t, err, "of two, either may be missing")
	require.True(t, ring.Holds(next.PublicKey()))

	require.NoError(t, os.WriteFile(filepath.Join(folder, beaconkey.NextFileName), []byte("{"), 0o600))
	_, err = beaconkey.LoadRing(folder, nil)
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrNotExist, "a file that is there and unreadable is not taken for none")
}
