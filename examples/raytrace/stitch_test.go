package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func runStitch(t *testing.T, out, dir string) {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "stitch")
	built, err := exec.Command("go", "build", "-o", tool, "./stitch").CombinedOutput()
	require.NoError(t, err, "%s", built)
	said, err := exec.Command(tool, "-out", out, dir).CombinedOutput()
	require.NoError(t, err, "%s", said)
}
