package result

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
)

// manifestOf returns the encoding and the digest of a result's manifest.
func manifestOf(t require.TestingT, kind, reason string, files ...File) ([]byte, [32]byte) {
	m, err := Build(kind, reason, 0, files)
	require.NoError(t, err)
	return m.Bytes(), m.Digest()
}

func TestProve(t *testing.T) {
	encoded, digest := manifestOf(t, KindResult, "", file("rate.txt", "1.0842"), file("log.txt", "1.0843"), folder("sub"))
	other, _ := manifestOf(t, KindResult, "", file("rate.txt", "9.9999"))
	failed, failure := manifestOf(t, KindAppFailed, "out-of-fuel", file("rate.txt", "1.0842"))
	data, err := Prove(digest, encoded, "rate.txt", []byte("1.0842"))
	require.NoError(t, err)
	require.Equal(t, "1.0842", string(data))
	for _, tc := range []struct {
		name          string
		digest        [32]byte
		manifest      []byte
		file, content string
		want          error
		says          string
	}{
		{"other bytes of the same length", digest, encoded, "rate.txt", "1.0843", ErrMismatch, "hash to"},
		{"a byte more", digest, encoded, "rate.txt", "1.0842\n", ErrMismatch, "7 bytes"},
		{"nothing", digest, encoded, "rate.txt", "", ErrMismatch, "0 bytes"},
		{"another file of the result", digest, encoded, "rate.txt", "1.0843", ErrMismatch, "hash to"},
		{"a file that there is not", digest, encoded, "rate", "1.0842", ErrMismatch, "names no file"},
		{"a folder", digest, encoded, "sub", "", ErrMismatch, "names no file"},
		{"the manifest of another result", digest, other, "rate.txt", "9.9999", ErrMismatch, "the manifest hashes to"},
		{"no manifest", digest, nil, "rate.txt", "1.0842", ErrMismatch, "the manifest hashes to"},
		{"a failure", failure, failed, "rate.txt", "1.0842", ErrMismatch, "says APP_FAILED"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Prove(tc.digest, tc.manifest, tc.file, []byte(tc.content))
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.says)
		})
	}
	junk := []byte("credence/result/v1\n")
	_, err = Prove(sha256.Sum256(junk), junk, "x", nil)
	require.ErrorIs(t, err, ErrManifest, "bytes that hash to the digest and are no manifest")
}

// TestProveCallbackData: a computed.json proves the bytes of its callback. Without callback data, or in another spelling, it proves
// nothing.
func TestProveCallbackData(t *testing.T) {
	kept, reason, err := Judge([]File{file(ComputedName, `{ "callback-data": "0xABcd", "x": 1 }`), file("log", "x")}, "")
	require.NoError(t, err, reason)
	content := bytesOf(t, kept[0])
	encoded, digest := manifestOf(t, KindResult, "", kept...)
	data, err := Prove(digest, encoded, ComputedName, content)
	require.NoError(t, err)
	require.Equal(t, []byte{0xab, 0xcd}, data)
	for _, other := range []string{`{"deterministic-output-path":"x"}`, `{"callback-data":"0xABCD"}` + "\n", `{"callback-data":"0xabcd"}`, `{"callback-data":"0xabc"}` + "\n", ""} {
		encoded, digest := manifestOf(t, KindResult, "", file(ComputedName, other))
		_, err := Prove(digest, encoded, ComputedName, []byte(other))
		require.ErrorIs(t, err, ErrComputed, other)
	}
	nested, digest := manifestOf(t, KindResult, "", file("a/computed.json", "any"))
	data, err = Prove(digest, nested, "a/computed.json", []byte("any"))
	require.NoError(t, err, "only the one at the root has a meaning")
	require.Equal(t, "any", string(data))
}

// TestProveLaw: each file of any tree is proven by its own bytes. With one changed bit in the bytes or in the manifest, nothing is
// proven.
func TestProveLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z ü\\]{1,6}(\.txt)?`), 1, 5, rapid.ID).Draw(t, "names")
		var files []File
		for _, name := range names {
			files = append(files, file(name, string(rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "content"))))
		}
		encoded, digest := manifestOf(t, KindResult, "", files...)
		at := rapid.IntRange(0, len(files)-1).Draw(t, "file")
		content := bytesOf(t, files[at])
		data, err := Prove(digest, encoded, names[at], content)
		require.NoError(t, err)
		require.Equal(t, content, data)
		bit := rapid.IntRange(0, 8*len(content)-1).Draw(t, "bit")
		turned := bytes.Clone(content)
		turned[bit/8] ^= 1 << (bit % 8)
		_, err = Prove(digest, encoded, names[at], turned)
		require.Error(t, err)
		bit = rapid.IntRange(0, 8*len(encoded)-1).Draw(t, "bit of the manifest")
		changed := bytes.Clone(encoded)
		changed[bit/8] ^= 1 << (bit % 8)
		_, err = Prove(digest, changed, names[at], content)
		require.Error(t, err)
	})
}

func bytesOf(t require.TestingT, f File) []byte {
	data, err := artifact.ReadContent(f.Content)
	require.NoError(t, err)
	return data
}

// The exit status of a result is proven by the manifest alone. No file of a result has its name.
func TestProveExitStatus(t *testing.T) {
	m, err := Build(KindResult, "", 4_294_967_295, []File{file("exit", "7")})
	require.NoError(t, err)
	data, err := Prove(m.Digest(), m.Bytes(), ExitStatus, nil)
	require.NoError(t, err)
	require.Equal(t, "4294967295", string(data))
	_, err = Prove(m.Digest(), m.Bytes(), ExitStatus, []byte("7"))
	require.ErrorIs(t, err, ErrMismatch)
	failed, err := Build(KindAppFailed, "exit", 7, nil)
	require.NoError(t, err)
	_, err = Prove(failed.Digest(), failed.Bytes(), ExitStatus, nil)
	require.ErrorContains(t, err, "says APP_FAILED")
	_, err = Prove(m.Digest(), failed.Bytes(), ExitStatus, nil)
	require.ErrorContains(t, err, "the manifest hashes to")
	_, err = Build(KindResult, "", 0, []File{file(ExitStatus, "7")})
	require.ErrorIs(t, err, ErrTree)
}
