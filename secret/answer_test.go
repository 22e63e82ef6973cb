package secret_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
	"github.com/cosmos/btcutil/bech32"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/secret"
)

func answerOf(t testing.TB, stderr string, contents ...[]byte) (result.Manifest, []result.File) {
	t.Helper()
	files := []result.File{{Path: "empty", Dir: true}, {Path: "a/none", Executable: true}}
	for i, c := range contents {
		files = append(files, result.File{Path: string(rune('b' + i)), Content: artifact.Bytes(c)})
	}
	m, err := result.Manifest{Kind: result.KindResult, ExitCode: 3, Stderr: stderr}.With(files)
	require.NoError(t, err)
	return m, files
}

func sealedBytes(t *testing.T, files []result.File) []byte {
	t.Helper()
	require.Len(t, files, 1)
	data, err := artifact.ReadContent(files[0].Content)
	require.NoError(t, err)
	return data
}

var oneTask = [32]byte{1, 2, 3}

// The library age opens a sealed answer, and finds the answer in it. Some of the sizes are near the borders of age's chunks.
func TestSealedAnswerIsAFileOfAge(t *testing.T) {
	me := newIdentity(t)
	for _, size := range []int{0, 1, 1000, 64<<10 - 300, 64 << 10, 3 * 64 << 10, 200_001} {
		data := make([]byte, size)
		_, _ = rand.Read(data)
		m, files := answerOf(t, "words", data, []byte("small"))
		outer, out, err := secret.SealAnswer(m, files, []secret.Key{{7}}, oneTask, me.Recipient().String())
		require.NoError(t, err)
		require.True(t, secret.IsSealed(outer))
		require.False(t, secret.IsSealed(m))
		require.Equal(t, uint32(3), outer.ExitCode)
		require.Empty(t, outer.Stderr, "what the program wrote is inside")
		sealed := sealedBytes(t, out)
		require.EqualValues(t, len(sealed), out[0].Content.Size())
		plain, err := age.Decrypt(bytes.NewReader(sealed), me)
		require.NoError(t, err)
		all, err := io.ReadAll(plain)
		require.NoError(t, err)
		require.True(t, bytes.Contains(all, data))

		dir := filepath.Join(t.TempDir(), "out")
		again, err := secret.OpenAnswer(context.Background(), bytes.NewReader(sealed), dir, me)
		require.NoError(t, err)
		require.Equal(t, m.Digest(), again.Digest())
		got, err := os.ReadFile(filepath.Join(dir, "b"))
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, got))
		info, err := os.Stat(filepath.Join(dir, "a/none"))
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&0o100)
		require.DirExists(t, filepath.Join(dir, "empty"))
	}
}

// Replicas seal the same answer to the same bytes. When the answer, the keys, the task or the recipient differ, the bytes and the
// ephemeral key differ too.
func TestSealedAnswersAgree(t *testing.T) {
	me, other := newIdentity(t).Recipient().String(), newIdentity(t).Recipient().String()
	m, files := answerOf(t, "", []byte("yes"))
	no, noFiles := answerOf(t, "", []byte("no!"))
	seal := func(m result.Manifest, files []result.File, keys []secret.Key, task [32]byte, to string) []byte {
		_, out, err := secret.SealAnswer(m, files, keys, task, to)
		require.NoError(t, err)
		return sealedBytes(t, out)
	}
	first := seal(m, files, []secret.Key{{7}, {8}}, oneTask, me)
	require.Equal(t, first, seal(m, files, []secret.Key{{7}, {8}}, oneTask, me))
	seen := [][]byte{first}
	for _, another := range [][]byte{
		seal(no, noFiles, []secret.Key{{7}, {8}}, oneTask, me), seal(m, files, []secret.Key{{8}, {7}}, oneTask, me),
		seal(m, files, []secret.Key{{7}}, oneTask, me), seal(m, files, nil, oneTask, me), seal(m, files, []secret.Key{{7}, {8}}, [32]byte{9}, me),
		seal(m, files, []secret.Key{{7}, {8}}, oneTask, other),
	} {
		for _, before := range seen {
			require.NotEqual(t, before, another)
			require.NotEqual(t, headOf(before), headOf(another), "no two share an ephemeral key")
			require.NotEqual(t, before[len(before)-40:], another[len(another)-40:])
		}
		seen = append(seen, another)
	}
}

// headOf returns the line with the ephemeral key.
func headOf(sealed []byte) string { return string(bytes.SplitN(sealed, []byte("\n"), 3)[1]) }

func TestOpenAnswerRefuses(t *testing.T) {
	me := newIdentity(t)
	m, files := answerOf(t, "", []byte("yes"))
	_, out, err := secret.SealAnswer(m, files, nil, oneTask, me.Recipient().String())
	require.NoError(t, err)
	sealed := sealedBytes(t, out)
	open := func(data []byte, identity age.Identity) error {
		_, err := secret.OpenAnswer(context.Background(), bytes.NewReader(data), filepath.Join(t.TempDir(), "out"), identity)
		return err
	}
	require.NoError(t, open(sealed, me))
	require.ErrorIs(t, open(sealed, newIdentity(t)), secret.ErrNotOpened)
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		require.ErrorIs(t, open(changed, me), secret.ErrNotOpened, "byte %d", i)
	}
	require.ErrorIs(t, open(sealed[:len(sealed)-1], me), secret.ErrNotOpened)
	// Anybody can encrypt a text to us. That does not make it an answer.
	for _, text := range []string{"", "1234567", "\xff\xff\xff\xff\xff\xff\xff\xff", "\x00\x00\x00\x00\x00\x00\x00\x09short"} {
		var file bytes.Buffer
		w, err := age.Encrypt(&file, me.Recipient())
		require.NoError(t, err)
		_, _ = io.WriteString(w, text)
		require.NoError(t, w.Close())
		require.ErrorIs(t, open(file.Bytes(), me), secret.ErrNotOpened, "%q", text)
	}
}

func TestParseRecipient(t *testing.T) {
	good := newIdentity(t).Recipient().String()
	_, err := contract.ParseRecipient(good)
	require.NoError(t, err)
	flipped := []byte(good)
	flipped[20] ^= 1
	low := "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqxxxxxx"
	for _, bad := range []string{"", "age1", string(flipped), string(bytes.ToUpper([]byte(good))), good + " ", newIdentity(t).String(), low, lowOrder(t)} {
		_, err := contract.ParseRecipient(bad)
		require.ErrorContains(t, err, "recipient: got", bad)
	}
	_, err = contract.ParseRecipient(lowOrder(t))
	require.ErrorContains(t, err, "low order")
}

// lowOrder returns a recipient whose point has a low order: the zero point.
func lowOrder(t *testing.T) string {
	t.Helper()
	text, err := bech32.Encode("age", make([]byte, 52))
	require.NoError(t, err)
	require.Len(t, text, 62)
	return text
}
