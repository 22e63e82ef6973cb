package ids_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/internal/ids"
)

func TestParseIsTheInverseOfFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := [ids.Size]byte(rapid.SliceOfN(rapid.Byte(), ids.Size, ids.Size).Draw(t, "id"))
		back, err := ids.Parse(ids.Format(id))
		require.NoError(t, err)
		require.Equal(t, id, back)
		require.Equal(t, ids.Format(id), ids.FormatRaw(id[:]))
	})
}

func TestParseTakesOneText(t *testing.T) {
	for _, text := range []string{"", "00", strings.Repeat("0", 62), strings.Repeat("0", 66), strings.Repeat("A", 64), strings.Repeat("g", 64)} {
		_, err := ids.Parse(text)
		require.ErrorContains(t, err, "expected 64 lower-case hexadecimal digits", "%q", text)
	}
}

func TestFollow(t *testing.T) {
	one, two, last := strings.Repeat("1", 64), strings.Repeat("2", 64), ""
	require.NoError(t, ids.CheckAscending(&last, one))
	require.NoError(t, ids.CheckAscending(&last, two))
	require.ErrorContains(t, ids.CheckAscending(&last, two), "ascending")
	require.ErrorContains(t, ids.CheckAscending(&last, one), "ascending")
	require.ErrorContains(t, ids.CheckAscending(&last, "x"), "hexadecimal")
	require.Equal(t, two, last)
}
