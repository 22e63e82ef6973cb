package program

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
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
	// A memory of one page, and _start, which returns or makes a tail call to itself.
	head := magic + "\x01\x04\x01\x60\x00\x00" + "\x03\x02\x01\x00" + "\x05\x03\x01\x00\x01" + "\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00"
	out, err := check([]byte(head + "\x0a\x04\x01\x02\x00\x0b"))
	require.NoError(t, err)
	require.Contains(t, out, "app.wasm: workers run it")
	require.Contains(t, out, "14k (fuel/v1)")
	require.Contains(t, out, "none")
	out, err = check([]byte(head+"\x0a\x04\x01\x02\x00\x0b"), "--output", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"initial_memory":65536`)

	_, err = check([]byte(head + "\x0a\x06\x01\x04\x00\x12\x00\x0b"))
	require.ErrorContains(t, err, "it uses tail calls")
	_, err = check([]byte(magic + "\x01\x04\x01\x60\x00\x00" + "\x02\x0b\x01\x03env\x03sin\x00\x00"))
	require.ErrorContains(t, err, `it needs functions that are not there: "env.sin"`)
	_, err = check([]byte("#!/bin/sh\n"))
	require.ErrorContains(t, err, "not a WebAssembly module")
}
