package wasm

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/runtime"
)

// Private inputs and private outputs lie in memory, independently of each other. Other files lie in the folder. The folder does not
// exist, so that every use of it fails and is noticed.
func TestPrivateFiles(t *testing.T) {
	r := &Runtime{config: runtime.Config{CacheDir: t.TempDir() + "/none"}}
	for _, spec := range []runtime.Spec{{}, {Private: true}, {Private: true, PrivateInputs: true}} {
		task, err := r.newTaskFile(spec)
		requireInMemory(t, spec.PrivateInputs, task, err)
		output, err := r.spoolFor(spec)()
		requireInMemory(t, spec.Private, output, err)
	}
}

func requireInMemory(t *testing.T, want bool, f *os.File, err error) {
	t.Helper()
	if !want {
		require.ErrorIs(t, err, os.ErrNotExist)
		return
	}
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
