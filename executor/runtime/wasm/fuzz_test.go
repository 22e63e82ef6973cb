package wasm

import (
	"bytes"
	"io"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/result"
)

// FuzzReadResponse: an app that has taken over its sandbox may write anything to the worker. The worker does not panic, and takes no more
// than the task allows.
func FuzzReadResponse(f *testing.F) {
	manifest, err := result.Build(result.KindResult, "", 0, []result.File{{Path: "a"}})
	require.NoError(f, err)
	for _, resp := range []response{
		{Kind: runtime.Result, Fuel: 7, Manifest: uint64(len(manifest.Bytes())), Stdout: 2},
		{Kind: runtime.AppFailed, Reason: runtime.Trap},
		{Error: "no memory"},
		{Kind: runtime.Result, Manifest: 1 << 40},
	} {
		var wire bytes.Buffer
		require.NoError(f, writeHeader(&wire, resp))
		f.Add(append(append(wire.Bytes(), manifest.Bytes()...), "ok"...))
	}
	f.Add([]byte{255, 255, 255, 255})
	r := &Runtime{config: Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), CacheDir: f.TempDir()}}
	spec := runtime.Spec{FuelLimit: 1000, OutputLimit: 1 << 12, MemoryLimit: 1 << 20}
	f.Fuzz(func(t *testing.T, wire []byte) {
		outcome, err := r.readResponse(bytes.NewReader(wire), spec)
		if err != nil {
			return
		}
		require.LessOrEqual(t, outcome.Fuel, spec.FuelLimit)
		require.LessOrEqual(t, outcome.Memory, spec.MemoryLimit)
		total := uint64(0)
		for _, file := range outcome.Files {
			total += file.Size()
			_, err := artifact.ReadContent(file.Content)
			require.NoError(t, err)
		}
		require.LessOrEqual(t, total, spec.OutputLimit)
	})
}
