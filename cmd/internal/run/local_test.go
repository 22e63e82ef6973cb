package run

import (
	"bytes"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/local"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/result"
)

// Under --ok-exit 10 a job fails with status 0. The text does not call that a failure with status 0.
func TestLocalFailure(t *testing.T) {
	for _, tc := range []struct {
		report local.Report
		want   string
	}{
		{local.Report{Runtime: "wasm", Reason: string(runtime.Exit), ExitCode: 3}, "the program failed with exit status 3, and would do so on every worker"},
		{local.Report{Runtime: "wasm", Reason: string(runtime.Exit)}, "the program ended with exit status 0, which --ok-exit does not name, and would do so on every worker"},
		{local.Report{Runtime: "wasm", Reason: "out-of-fuel"}, "the program failed (out-of-fuel), and would do so on every worker"},
	} {
		require.Equal(t, tc.want, formatLocalFailure(&tc.report))
	}
}

func TestWriteLocal(t *testing.T) {
	var out bytes.Buffer
	writeLocal(&out, &local.Report{
		Runtime: "wasm", Kind: result.KindResult, Files: []string{"a.txt", "b\nVerdict"}, Digest: "sha256:aa", Fuel: 2_000_000_000, MemoryBytes: 1 << 20,
		Stderr: "warned\n", SuggestedFuel: 3_000_000_000, SuggestedMemory: 64 << 20, SuggestedSeconds: 180,
	}, "trial")
	for _, want := range []string{
		"RESULT, exit status 0\n", "a.txt, ", ", in trial\n", "sha256:aa\n", "2G (2000000000)\n", "1 MB at its peak\n",
		"The end of its stderr:\n  | warned\n", "For a run on the chain: --fuel 3G --memory 64MiB --time 3m0s, which", "--dry-run in place of --local",
	} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "\nVerdict", "a program chose that name")

	out.Reset()
	writeLocal(&out, &local.Report{Runtime: "wasm", Kind: result.KindAppFailed, Reason: "trap", ExitCode: 1, Log: "out of bounds"}, "trial")
	require.Contains(t, out.String(), ", exit status 1, reason trap\n")
	require.Contains(t, out.String(), "The runtime says:\n  | out of bounds")
	require.NotContains(t, out.String(), "For a run on the chain")

	out.Reset()
	writeLocal(&out, &local.Report{Runtime: "wasm", Kind: result.KindResult}, "trial")
	require.Contains(t, out.String(), cli.NoFiles)
}

// TestFindEngine: an engine that is a program is preferred to a Docker Engine, which needs a daemon.
func TestFindEngine(t *testing.T) {
	has := func(names ...string) func(string) (string, error) {
		return func(name string) (string, error) {
			if slices.Contains(names, name) {
				return "/usr/bin/" + name, nil
			}
			return "", errors.New("not found")
		}
	}
	socket := filepath.Join(t.TempDir(), "docker.sock")
	require.Empty(t, findEngine(has(), socket))
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	defer l.Close()
	require.Equal(t, runtime.EngineDocker, findEngine(has(), socket))
	require.Equal(t, "crun", findEngine(has("crun", "docker"), socket))
	require.Equal(t, "runc", findEngine(has("crun", "runc"), socket))
}

// TestLocalContainers: the text does not claim that another run of the container ends alike. No fuel is counted.
func TestLocalContainers(t *testing.T) {
	failed := &local.Report{Runtime: "oci", Reason: string(runtime.Exit), ExitCode: 3}
	require.Equal(t, "the program failed with exit status 3 here", formatLocalFailure(failed))
	var out bytes.Buffer
	writeLocal(&out, &local.Report{Runtime: "oci", Kind: result.KindResult, Digest: "sha256:aa"}, "trial")
	require.NotContains(t, out.String(), "fuel")
	require.Contains(t, out.String(), "Two runs of a container may differ")
}

// TestLocalCircuits: every run of a circuit ends alike. No work is counted.
func TestLocalCircuits(t *testing.T) {
	require.Contains(t, formatLocalFailure(&local.Report{Runtime: "circuit", Reason: "trap"}), "would do so on every worker")
	var out bytes.Buffer
	writeLocal(&out, &local.Report{Runtime: "circuit", Kind: result.KindResult, Digest: "sha256:aa"}, "trial")
	require.NotContains(t, out.String(), "fuel")
	require.NotContains(t, out.String(), "may differ")
	require.Contains(t, out.String(), "to compile")
}
