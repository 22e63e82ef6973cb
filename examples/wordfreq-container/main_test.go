package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWords: the words of the inputs and the dataset are counted together. computed.json names the table, or holds the count for a
// callback.
func TestWords(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(in, "a.txt"), []byte("The cat, the dog."), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(in, "data"), []byte("dog\nthe\n"), 0o644))
	t.Setenv("IEXEC_INPUT_FILES_NUMBER", "1")
	t.Setenv("IEXEC_INPUT_FILE_NAME_1", "a.txt")
	t.Setenv("IEXEC_DATASET_FILENAME", "data")
	counts, err := countAll(in)
	require.NoError(t, err)
	computed, err := leaveResult(out, counts, false)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"deterministic-output-path": filepath.Join(out, "words.txt")}, computed)
	table, err := os.ReadFile(filepath.Join(out, "words.txt"))
	require.NoError(t, err)
	require.Equal(t, "6 words\n     3 the\n     2 dog\n     1 cat\n", string(table))
	computed, err = leaveResult(out, counts, true)
	require.NoError(t, err)
	require.Equal(t, "0x0000000000000000000000000000000000000000000000000000000000000006", computed["callback-data"])
}
