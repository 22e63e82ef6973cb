package light

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// The first start is refused if no trusted block is named.
func TestFirstStartNeedsTrust(t *testing.T) {
	cmd := Command()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	cmd.SetArgs([]string{"c", "--primary", "http://127.0.0.1:1", "--witness", "http://127.0.0.1:2", "--home", t.TempDir()})
	require.ErrorContains(t, cmd.ExecuteContext(t.Context()), "give --trust HEIGHT:HASH")
}
