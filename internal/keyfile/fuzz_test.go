package keyfile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRead: no file makes the reader panic. A file that is marked as encrypted opens only if it was sealed with the passphrase. It then
// gives the sealed content.
func FuzzRead(f *testing.F) {
	const work = 10 // a low work factor, so that many files are tried
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
