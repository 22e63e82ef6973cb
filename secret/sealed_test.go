package secret_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/secret"
)

const agentURL = "https://keys.example.org"

func newIdentity(t *testing.T) *age.X25519Identity {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	return identity
}

func seal(t *testing.T, plain []byte, to age.Recipient) artifact.Bytes {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, secret.Seal(&out, bytes.NewReader(plain), agentURL, to))
	return out.Bytes()
}

func TestSealedFileOpens(t *testing.T) {
	owner := newIdentity(t)
	for _, size := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 200_000} {
		plain := make([]byte, size)
		_, _ = rand.Read(plain)
		file := seal(t, plain, owner.Recipient())
		head, sealed, err := secret.ReadHead(file)
		require.NoError(t, err)
		require.True(t, sealed)
		require.Equal(t, agentURL, head.Agent)
		key, err := secret.KeyOf(head.Header, owner)
		require.NoError(t, err)
		opened, err := secret.Open(file, head, key)
		require.NoError(t, err)
		require.EqualValues(t, size, opened.Size())
		for range 2 { // any number of times
			data, err := artifact.ReadContent(opened)
			require.NoError(t, err)
			require.True(t, bytes.Equal(plain, data))
		}
		require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", key, key, key, key), fmt.Sprintf("%d", key[0])+" ")

		_, err = secret.KeyOf(head.Header, newIdentity(t))
		require.ErrorIs(t, err, secret.ErrNotOpened)
		key[0] ^= 1
		_, err = secret.Open(file, head, key)
		require.ErrorIs(t, err, secret.ErrNotOpened)
	}
}

// A content without the beginning of a sealed file is an ordinary file. A content that only begins like a sealed file cannot be opened.
func TestSealedFileIsToldApart(t *testing.T) {
	for _, plain := range []string{"", "c", "credence-sealed/v", "age-encryption.org/v1\n", "any text at all, longer than the beginning"} {
		_, sealed, err := secret.ReadHead(artifact.Bytes(plain))
		require.NoError(t, err, plain)
		require.False(t, sealed, plain)
	}
	for _, text := range []string{
		"credence-sealed/v1 ", "credence-sealed/v1 https://a.example", "credence-sealed/v1 https://a.example\n", "credence-sealed/v1 ftp://a.example\nage",
		"credence-sealed/v1 https://u:p@a.example\n", "credence-sealed/v1 https://a.example\nage-encryption.org/v1\n",
	} {
		_, sealed, err := secret.ReadHead(artifact.Bytes(text))
		require.True(t, sealed, text)
		require.ErrorIs(t, err, secret.ErrNotOpened, text)
	}
	_, sealed, err := secret.ReadHead(broken{})
	require.Error(t, err)
	require.False(t, sealed)
	require.NotErrorIs(t, err, secret.ErrNotOpened, "this machine's trouble is no word about the file")
}

// A sealed file with one changed byte, or without its end, cannot be opened.
func TestSealedFileIsAuthentic(t *testing.T) {
	owner := newIdentity(t)
	file := seal(t, []byte("forty-two"), owner.Recipient())
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1
		require.False(t, opens(changed, owner), "byte %d of %d", i, len(file))
	}
	for n := range file {
		require.False(t, opens(file[:n], owner), "%d of %d bytes", n, len(file))
	}
	require.True(t, opens(file, owner))
}

func opens(file []byte, owner age.Identity) bool {
	head, sealed, err := secret.ReadHead(artifact.Bytes(file))
	if err != nil || !sealed || head.Agent != agentURL {
		return false
	}
	key, err := secret.KeyOf(head.Header, owner)
	if err != nil {
		return false
	}
	_, err = secret.Open(artifact.Bytes(file), head, key)
	return err == nil
}

func TestCheckAgent(t *testing.T) {
	for _, ok := range []string{"http://127.0.0.1:7300", "https://keys.example.org", "https://keys.example.org/credence"} {
		require.NoError(t, secret.CheckAgent(ok))
	}
	for _, bad := range []string{"", "keys.example.org", "file:///etc/passwd", "https://", "https://a/?x=1", "https://a?", "http://127.0.0.1:2375/containers/prune?", "https://a#b", "https://u@a", "https://a/", "https://a b", "https://a\n", "https://" + string(make([]byte, 300))} {
		require.Error(t, secret.CheckAgent(bad), bad)
	}
	require.Error(t, secret.Seal(io.Discard, bytes.NewReader(nil), "nowhere", newIdentity(t).Recipient()))
}

type broken struct{}

func (broken) Size() int64                  { return 100 }
func (broken) Open() (io.ReadCloser, error) { return nil, errors.New("the disk fails") }
