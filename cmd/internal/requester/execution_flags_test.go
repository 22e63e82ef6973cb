package requester

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
)

func TestExecutionFlags(t *testing.T) {
	var j jobFlags
	cmd := runCmdWith(&j)
	require.NoError(t, cmd.ParseFlags([]string{
		"--ok-exit", "20,0", "--ok-exit", "10", "--stdout", "log.txt", "--stdin", "moves.txt", "--env", "B=2, 3", "--env", "A=1", "--time", "90.5s",
	}))
	job, err := j.job([]string{"app.wasm"})
	require.NoError(t, err)
	require.Equal(t, contract.Execution{
		OkExit: []uint32{0, 10, 20}, Stdout: "log.txt", Stdin: "moves.txt", Env: []string{"B=2, 3", "A=1"}, Seconds: 91,
	}, job.Execution)

	e, err := (&executionFlags{clock: "2026-01-01T00:00:00Z", seed: "7", writable: true, workdir: "/in/x/", outputPath: "a"}).execution()
	require.NoError(t, err)
	require.Equal(t, contract.Execution{Clock: 1_767_225_600, Seed: "7", Writable: true, Workdir: "in/x", OutputPath: "a"}, e)
	e, err = (&executionFlags{clock: "1"}).execution()
	require.NoError(t, err)
	require.EqualValues(t, 1, e.Clock)
	for _, wrong := range []string{"0", "-1", "yesterday", "1969-01-01T00:00:00Z", "4294967296"} {
		_, err = (&executionFlags{clock: wrong}).execution()
		require.ErrorContains(t, err, "--clock", wrong)
	}
	_, err = (&executionFlags{time: 25 * time.Hour}).execution()
	require.ErrorContains(t, err, "--time 25h0m0s")
	_, err = (&executionFlags{okExit: []uint{1 << 32}}).execution()
	require.ErrorContains(t, err, "--ok-exit 4294967296")
}
