package jobflags

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
)

func TestExecutionFlags(t *testing.T) {
	flags := ExecutionFlags{okExit: []uint{20, 0, 10}, stdout: "log.txt", stdin: "moves.txt", env: []string{"B=2, 3", "A=1"}, time: 90500 * time.Millisecond}
	e, inputs, err := flags.WithInputs([]string{"x=some/file"})
	require.NoError(t, err)
	require.Equal(t, []string{"x=some/file", "moves.txt"}, inputs)
	require.Equal(t, contract.Execution{
		OkExit: []uint32{0, 10, 20}, Stdout: "log.txt", Stdin: "moves.txt", Env: []string{"A=1", "B=2, 3"}, Seconds: 91,
	}, e)
	_, inputs, err = (&ExecutionFlags{stdin: "x"}).WithInputs([]string{"x=some/file"})
	require.NoError(t, err)
	require.Equal(t, []string{"x=some/file"}, inputs, "an input that is there already")

	_, _, err = (&ExecutionFlags{env: []string{"A"}}).WithInputs(nil)
	require.ErrorContains(t, err, "env[0]")
	_, err = (&ExecutionFlags{time: 25 * time.Hour}).Execution()
	require.ErrorContains(t, err, "--time 25h0m0s")
	_, err = (&ExecutionFlags{okExit: []uint{1 << 32}}).Execution()
	require.ErrorContains(t, err, "--ok-exit 4294967296")
}
