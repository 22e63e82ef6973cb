package client

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The address of the secp256k1 key 1: RIPEMD-160(SHA-256(G compressed)) is the widely published
// 751e76e8199196d454941c45d1b3a323f1433bd6.
func TestParseKey(t *testing.T) {
	key, err := ParseKey(strings.Repeat("0", 63) + "1\n")
	require.NoError(t, err)
	want, err := sharedEncoding().address.BytesToString([]byte{
		0x75, 0x1e, 0x76, 0xe8, 0x19, 0x91, 0x96, 0xd4, 0x54, 0x94, 0x1c, 0x45, 0xd1, 0xb3, 0xa3, 0x23, 0xf1, 0x43, 0x3b, 0xd6,
	})
	require.NoError(t, err)
	require.Equal(t, want, key.Address())
	require.True(t, strings.HasPrefix(key.Address(), "cred1"))
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", key, key, key), "00000000")

	for _, bad := range []string{"", "12", strings.Repeat("zz", 32), strings.Repeat("ab", 33)} {
		_, err := ParseKey(bad)
		require.Error(t, err, bad)
	}
}

func TestKeyFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "none", "yet")
	path := filepath.Join(folder, "worker.key")
	made, err := LoadOrGenerateKey(path)
	require.NoError(t, err)
	again, err := LoadOrGenerateKey(path)
	require.NoError(t, err)
	require.Equal(t, made.Address(), again.Address())
	require.ErrorIs(t, SaveKey(path, made), os.ErrExist)
	require.ErrorContains(t, SaveKey(path, made), "there is a file already, and it is left as it is")
	info, err := os.Stat(folder)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())

	_, err = LoadKey(path + ".none")
	var missing *Error
	require.ErrorAs(t, err, &missing)
	require.Equal(t, CodeNotFound, missing.Code)

	require.NoError(t, os.Chmod(path, 0o644))
	_, err = LoadKey(path)
	require.ErrorContains(t, err, "expected 0600")
}
