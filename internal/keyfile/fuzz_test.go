package keyfile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRead: no file makes the reader panic. One that calls itself encrypted opens only if it was sealed with the passphrase, and then has
// what was sealed.
func FuzzRead(f *testing.F) {
	const work = 10 // little, so that many files are tried
	secret, plain := []byte("a passphrase of a test"), []byte("the key\n")
	sealed, err := seal(plain, secret, work)
	require.NoError(f, err)
	f.Add(sealed)
	f.Add(sealed[:len(sealed)/2])
	f.Add(plain)
	f.Add([]byte(binaryHeader + "\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 1\nAA\n--- AA\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if !encrypted(content) {
			return
		}
		if opened, err := openWithin("file", content, secret, work); err == nil {
			require.Equal(t, string(plain), string(opened))
		} else {
			require.ErrorIs(t, err, ErrLocked)
		}
	})
}
