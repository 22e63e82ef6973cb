package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The old commands say where they moved. They run the new command with the same arguments, streams and exit status.
func TestDebugRunsTheLaboratory(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	script := "#!/bin/sh\necho \"$@\"\ncat\n[ \"$2\" = good ]\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, labName), []byte(script), 0o755))

	run := func(args ...string) (stdout, stderr string, err error) {
		cmd := DebugCmd()
		var out, diag bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetErr(&diag)
		cmd.SetIn(strings.NewReader("input\n"))
		cmd.SetArgs(args)
		err = cmd.ExecuteContext(t.Context())
		return out.String(), diag.String(), err
	}
	out, diag, err := run("trust-cases", "good")
	require.NoError(t, err)
	require.Equal(t, "trust-cases good\ninput\n", out)
	require.Contains(t, diag, "use credence-lab trust-cases")

	out, _, err = run("replay-iexec", "bad", "--flag")
	require.ErrorContains(t, err, "exit status 1")
	require.Equal(t, "replay-iexec bad --flag\ninput\n", out)
}

func TestDebugWithoutTheLaboratory(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	cmd := DebugCmd()
	cmd.SetArgs([]string{"trust-cases", "-"})
	require.ErrorContains(t, cmd.ExecuteContext(t.Context()), "has moved to credence-lab")
}
