package program

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
)

func TestCheckCommand(t *testing.T) {
	check := func(module []byte, args ...string) (string, error) {
		file := filepath.Join(t.TempDir(), "app.wasm")
		require.NoError(t, os.WriteFile(file, module, 0o600))
		cmd := NewCheckCommand()
		var out bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetErr(&out)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(append([]string{file}, args...))
		err := cmd.Execute()
		return out.String(), err
	}
	magic := "\x00asm\x01\x00\x00\x00"
	// The module has a memory of one page and a function _start, which returns or throws an exception.
	head := magic + "\x01\x04\x01\x60\x00\x00" + "\x03\x02\x01\x00" + "\x05\x03\x01\x00\x01" + "\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00"
	out, err := check([]byte(head + "\x0a\x04\x01\x02\x00\x0b"))
	require.NoError(t, err)
	require.Contains(t, out, "app.wasm: workers run it")
	require.Contains(t, out, "14k (fuel/v1)")
	require.Contains(t, out, "none")
	out, err = check([]byte(head+"\x0a\x04\x01\x02\x00\x0b"), "--output", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"initial_memory":65536`)

	_, err = check([]byte(head + "\x0a\x06\x01\x04\x00\x08\x00\x0b"))
	require.ErrorContains(t, err, "it uses exceptions")
	_, err = check([]byte(magic + "\x01\x04\x01\x60\x00\x00" + "\x02\x0b\x01\x03env\x03sin\x00\x00"))
	require.ErrorContains(t, err, `it needs functions that are not there: "env.sin"`)
	_, err = check([]byte("#!/bin/sh\n"))
	require.ErrorContains(t, err, "not a WebAssembly module")
}

// TestCheckImage: the report shows words that the image's author chose, and makes them printable.
func TestCheckImage(t *testing.T) {
	describe := func(kind string, data []byte) artifact.Descriptor {
		return artifact.Descriptor{MediaType: kind, Digest: artifact.Sum(data), Size: int64(len(data))}
	}
	layer := []byte("a layer")
	config, err := json.Marshal(map[string]any{
		"os": "linux", "architecture": "arm64", "config": map[string]any{"Entrypoint": []string{"/tool"}, "Cmd": []string{"--fast\x1b[31m"}, "Env": []string{"A=1"}},
		"rootfs": map[string]any{"diff_ids": []string{artifact.Sum(layer).String()}},
	})
	require.NoError(t, err)
	manifest, err := json.Marshal(artifact.Manifest{
		SchemaVersion: 2, MediaType: artifact.ManifestType, Config: describe("application/vnd.oci.image.config.v1+json", config),
		Layers: []artifact.Descriptor{describe("application/vnd.oci.image.layer.v1.tar", layer)},
	})
	require.NoError(t, err)
	index, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []artifact.Descriptor{describe(artifact.ManifestType, manifest)}})
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "index.json"), index, 0o600))
	for _, data := range [][]byte{config, layer, manifest} {
		blob := filepath.Join(dir, "blobs", "sha256", artifact.Sum(data).Hex())
		require.NoError(t, os.MkdirAll(filepath.Dir(blob), 0o755))
		require.NoError(t, os.WriteFile(blob, data, 0o600))
	}
	cmd := NewCheckCommand()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetArgs([]string{dir})
	require.NoError(t, cmd.Execute())
	for _, want := range []string{artifact.Sum(manifest).String(), "linux/arm64", "/tool --fast", "A=1", "layers: 1", "under a policy without a court"} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "\x1b")
}
