package light

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseTrust(t *testing.T) {
	height, hash, err := ParseTrust("12:" + strings.Repeat("AB", 32))
	require.NoError(t, err)
	require.EqualValues(t, 12, height)
	require.Len(t, hash, 32)
	for _, text := range []string{"", "12", "0:" + strings.Repeat("AB", 32), "12:AB", "x:" + strings.Repeat("AB", 32)} {
		_, _, err := ParseTrust(text)
		require.ErrorContains(t, err, "--trust")
	}
}

// Nothing is trusted without a word of it.
func TestFirstStartNeedsTrust(t *testing.T) {
	cmd := Command()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	cmd.SetArgs([]string{"c", "--primary", "http://127.0.0.1:1", "--witness", "http://127.0.0.1:2", "--home", t.TempDir()})
	require.ErrorContains(t, cmd.ExecuteContext(t.Context()), "give --trust HEIGHT:HASH")
}
