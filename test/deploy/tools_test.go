package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/tool"
)

// systemd's own checker accepts each unit: it knows every setting and its value, and the programs are where the units say. The units lie
// below a root of their own, with empty programs, so that the machine's units and programs play no part.
func TestUnits(t *testing.T) {
	program := tool.Find(t, "systemd-analyze")
	units, err := filepath.Glob(root + "systemd/*.service")
	require.NoError(t, err)
	require.Len(t, units, 5)
	machine := t.TempDir()
	folder, bin := filepath.Join(machine, "etc/systemd/system"), filepath.Join(machine, "usr/local/bin")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, os.MkdirAll(bin, 0o755))
	for _, name := range []string{"credenced", "credence-worker"} { // those that docker/README.md installs
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"), 0o755))
	}
	for _, path := range units {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, filepath.Base(path)), text, 0o644))
	}
	for _, path := range units {
		out, err := exec.Command(program, "verify", "--man=no", "--recursive-errors=no", "--root="+machine, filepath.Base(path)).CombinedOutput()
		require.NoError(t, err, "%s: %s", filepath.Base(path), out)
		require.Empty(t, string(out), filepath.Base(path))
	}
}

// docker-compose reads compose.yaml and fills in its variables, without Docker.
func TestComposeReads(t *testing.T) {
	program := tool.Find(t, "docker-compose")
	out, err := exec.Command(program, "--file", root+"compose.yaml", "config", "--quiet").CombinedOutput()
	require.NoError(t, err, string(out))
}
