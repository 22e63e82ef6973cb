package secret_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/secret"
)

// FuzzSealedFile: strangers write files that begin like a sealed file. Whatever the key is, the file is an ordinary one, cannot be
// opened, or opens to exactly as many bytes as its size says.
func FuzzSealedFile(f *testing.F) {
	owner, err := age.GenerateX25519Identity()
	require.NoError(f, err)
	var good bytes.Buffer
	require.NoError(f, secret.Seal(&good, bytes.NewReader(bytes.Repeat([]byte("plain "), 20)), "https://keys.example.org", owner.Recipient()))
	f.Add(good.Bytes(), []byte("0123456789abcdef"))
	f.Add([]byte("credence-sealed/v1 https://a\nage-encryption.org/v1\n-> X25519 "), []byte{})
	f.Add([]byte("credence-sealed/v1 "), []byte{1})
	f.Fuzz(func(t *testing.T, file, raw []byte) {
		content := artifact.Bytes(file)
		head, sealed, err := secret.ReadHead(content)
		if err != nil {
			require.True(t, sealed, "an ordinary file is no error")
			require.ErrorIs(t, err, secret.ErrNotOpened)
			return
		}
		if !sealed {
			require.False(t, bytes.HasPrefix(file, []byte("credence-sealed/v1 ")))
			return
		}
		require.NoError(t, secret.CheckAgent(head.Agent))
		var key secret.Key
		copy(key[:], raw)
		if own, err := secret.KeyOf(head.Header, owner); err == nil {
			key = own
		}
		opened, err := secret.Open(content, head, key)
		if err != nil {
			require.ErrorIs(t, err, secret.ErrNotOpened)
			return
		}
		r, err := opened.Open()
		require.NoError(t, err)
		defer r.Close()
		plain, err := io.ReadAll(r)
		require.NoError(t, err)
		require.EqualValues(t, opened.Size(), len(plain))
	})
}

// FuzzOpenAnswer: a worker may seal anything. What it sealed opens to the files of its manifest, or to an error.
func FuzzOpenAnswer(f *testing.F) {
	m, files := answerOf(f, "", []byte("one"), []byte("two"))
	text := m.Bytes()
	whole := append(binary.BigEndian.AppendUint64(nil, uint64(len(text))), text...)
	for _, file := range files {
		if file.Content == nil {
			continue
		}
		r, err := file.Content.Open()
		require.NoError(f, err)
		data, err := io.ReadAll(r)
		require.NoError(f, err)
		whole = append(whole, data...)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(binary.BigEndian.AppendUint64(nil, 1<<63))
	me, err := age.GenerateX25519Identity()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, content []byte) {
		var sealed bytes.Buffer
		w, err := age.Encrypt(&sealed, me.Recipient())
		require.NoError(t, err)
		_, err = w.Write(content)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		got, err := secret.OpenAnswer(context.Background(), bytes.NewReader(sealed.Bytes()), t.TempDir(), me)
		if err != nil {
			return
		}
		text := got.Bytes()
		require.Equal(t, text, content[8:8+len(text)])
	})
}

// FuzzParseIdentity: the parser returns an identity or an error for any file.
func FuzzParseIdentity(f *testing.F) {
	me, err := age.GenerateX25519Identity()
	require.NoError(f, err)
	f.Add([]byte("# a comment\n" + me.String() + "\n"))
	f.Add([]byte("AGE-SECRET-KEY-1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		id, err := secret.ParseIdentity(text)
		require.Equal(t, err == nil, id != nil)
	})
}
