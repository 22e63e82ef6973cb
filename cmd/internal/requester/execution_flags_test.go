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
		OkExit: []uint32{20, 0, 10}, Stdout: "log.txt", Stdin: "moves.txt", Env: []string{"B=2, 3", "A=1"}, Seconds: 91,
	}, job.Execution)

	e, inputs, err := j.executionFlags.withInputs([]string{"x=some/file"})
	require.NoError(t, err)
	require.Equal(t, []string{"x=some/file", "moves.txt"}, inputs)
	require.Equal(t, contract.Execution{
		OkExit: []uint32{0, 10, 20}, Stdout: "log.txt", Stdin: "moves.txt", Env: []string{"A=1", "B=2, 3"}, Seconds: 91,
	}, e)
	_, inputs, err = (&executionFlags{stdin: "x"}).withInputs([]string{"x=some/file"})
	require.NoError(t, err)
	require.Equal(t, []string{"x=some/file"}, inputs, "an input that is there already")

	_, _, err = (&executionFlags{env: []string{"A"}}).withInputs(nil)
	require.ErrorContains(t, err, "env[0]")
	_, err = (&executionFlags{time: 25 * time.Hour}).execution()
	require.ErrorContains(t, err, "--time 25h0m0s")
	_, err = (&executionFlags{okExit: []uint{1 << 32}}).execution()
	require.ErrorContains(t, err, "--ok-exit 4294967296")
}
