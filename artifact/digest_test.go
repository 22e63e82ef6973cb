package artifact

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The SHA-256 of nothing, from FIPS 180-4's usual example.
const emptyDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestDigestText(t *testing.T) {
	d := Sum(nil)
	require.Equal(t, emptyDigest, d.String())
	parsed, err := ParseDigest(emptyDigest)
	require.NoError(t, err)
	require.Equal(t, d, parsed)

	raw, err := json.Marshal(map[string]Digest{"digest": d})
	require.NoError(t, err)
	require.JSONEq(t, `{"digest":"`+emptyDigest+`"}`, string(raw))
	var back map[string]Digest
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, d, back["digest"])
}

func TestParseDigestRefuses(t *testing.T) {
	hex := strings.TrimPrefix(emptyDigest, "sha256:")
	for name, text := range map[string]string{
		"empty":      "",
		"no prefix":  hex,
		"other hash": "sha512:" + hex,
		"upper case": "sha256:" + strings.ToUpper(hex),
		"short":      emptyDigest[:len(emptyDigest)-2],
		"long":       emptyDigest + "00",
		"not hex":    "sha256:" + strings.Repeat("zz", 32),
		"path":       "sha256:../../" + hex[6:],
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseDigest(text)
			require.ErrorIs(t, err, ErrDigest)
			d := Sum([]byte("kept"))
			require.ErrorIs(t, d.UnmarshalText([]byte(text)), ErrDigest)
			require.Equal(t, Sum([]byte("kept")), d)
		})
	}
}

// TestParseHex: the digits of a digest are read without a prefix. Digits with a prefix, too few digits and capital letters are refused.
func TestParseHex(t *testing.T) {
	d := Sum([]byte("a"))
	back, err := ParseHex(d.Hex())
	require.NoError(t, err)
	require.Equal(t, d, back)
	for _, text := range []string{"", d.String(), d.Hex()[1:], strings.ToUpper(d.Hex())} {
		_, err := ParseHex(text)
		require.ErrorIs(t, err, ErrDigest, text)
	}
}

// TestAlgorithm: the prefix of a digest can be put before its digits and cut off again. It tells a digest from a name.
func TestAlgorithm(t *testing.T) {
	digits, named := CutAlgorithm(AddAlgorithm("12ab"))
	require.True(t, named)
	require.Equal(t, "12ab", digits)
	for text, want := range map[string]bool{"sha256:": true, emptyDigest: true, "amber/paint:1.0": false, "sha512:12": false, "": false} {
		require.Equal(t, want, NamesDigest(text), text)
	}
}

func TestDigestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Digest
		copy(d[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
		back, err := ParseDigest(d.String())
		if err != nil || back != d {
			t.Fatalf("%s came back as %s, %v", d, back, err)
		}
	})
}
