package runtime

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
)

// TestCloseFreesTheDisk: the files of a result that lie in one file are closed with it, once, and others are left alone.
func TestCloseFreesTheDisk(t *testing.T) {
	spool, err := NewSpool(t.TempDir(), false)
	require.NoError(t, err)
	_, err = spool.WriteString("onetwo")
	require.NoError(t, err)
	o := Outcome{Files: []result.File{
		{Path: "a", Content: artifact.Part{In: spool, Long: 3}}, {Path: "b", Content: artifact.Part{In: spool, Offset: 3, Long: 3}},
		{Path: "c", Content: artifact.Bytes("three")}, {Path: "d", Dir: true}, {Path: "e"},
	}}
	data, err := artifact.ReadContent(o.Files[1].Content)
	require.NoError(t, err)
	require.Equal(t, "two", string(data))
	require.NoError(t, o.Close())
	_, err = artifact.ReadContent(o.Files[0].Content)
	require.ErrorIs(t, err, os.ErrClosed)
	data, err = artifact.ReadContent(o.Files[2].Content)
	require.NoError(t, err)
	require.Equal(t, "three", string(data))
}
